from odoo import models
from odoo.tools import LazyTranslate

from .crm_pool_customer_tries import answer_last_try
from .crm_pool_request_decision import OUTCOMES

_lt = LazyTranslate(__name__)

OUTCOMES["busy"] = _lt(
    "Nothing was done: somebody else is deciding about the same customers or the same "
    "person right now. Please try again."
)


class CrmPoolRequest(models.Model):
    """The last try of a decision answers in words, see crm_pool_customer_tries."""

    _inherit = "crm.pool.request"

    def action_withdraw(self):
        return self._answer(super().action_withdraw)

    def _decide(self, verdict, answer):
        return self._answer(super()._decide, verdict, answer)

    def _answer(self, action, *arguments):
        """The outcomes of `action`, or of the last try's conflict: busy."""

        def busy():
            outcome = self.browse()._outcome("busy")
            return [{**outcome, "request_id": request.id} for request in self]

        return answer_last_try(self.env, action, arguments, busy)
