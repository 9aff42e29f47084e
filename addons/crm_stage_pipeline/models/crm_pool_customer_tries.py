from odoo import api, models
from odoo.exceptions import ConcurrencyError
from odoo.http import request
from odoo.service.model import (
    MAX_TRIES_ON_CONCURRENCY_FAILURE,
    PG_CONCURRENCY_EXCEPTIONS_TO_RETRY,
)
from odoo.tools import LazyTranslate

from .crm_pool_customer_result import MESSAGES

_lt = LazyTranslate(__name__)

MESSAGES["busy"] = _lt(
    "Nothing was done: your other windows or colleagues are changing the same "
    "customers or using the same quota right now. Please try again."
)
CONFLICTS = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)


def is_last_try(env):
    """Whether Odoo will not replay this request after another conflict.

    Each try is a transaction of its own, with a time of its own.
    """
    if not request:
        return False
    tries = getattr(request, "crm_pool_tries", None)
    if tries is None:
        tries = request.crm_pool_tries = set()
    tries.add(env.cr.now())
    return len(tries) >= MAX_TRIES_ON_CONCURRENCY_FAILURE


def answer_last_try(env, action, arguments, busy):
    """What `action` returns, or what `busy` does when the last try met a conflict."""
    if not is_last_try(env):
        return action(*arguments)
    try:
        with env.cr.savepoint():
            return action(*arguments)
    except CONFLICTS:
        return busy()


class CrmPoolCustomer(models.Model):
    """What a person is told when his call met others each time it was tried.

    Odoo replays a call whose transaction met another one, four times, and then gives
    the database's error to the client. The last try is made in a savepoint here, so
    that its conflict can be answered in words, row by row. Many windows of one
    person do this to each other: all of them write his quota's counter.

    The file's name puts it behind the others, so that its methods are called first.
    """

    _inherit = "crm.pool.customer"

    def action_claim(self):
        return self._answer(super().action_claim)

    def action_screen(self, stage_code):
        return self._answer(super().action_screen, stage_code)

    @api.model
    def action_claim_random(self, count, domain=None, stage_code=None):
        return self._answer(super().action_claim_random, count, domain, stage_code)

    def action_release(self, reason=None):
        return self._answer(super().action_release, reason)

    def action_assign(self, user_id, reason):
        return self._answer(super().action_assign, user_id, reason)

    def action_share(self, user_id, is_readonly=False):
        return self._answer(super().action_share, user_id, is_readonly)

    def action_unshare(self, user_id):
        return self._answer(super().action_unshare, user_id)

    def action_change_member(self, user_id, is_readonly):
        return self._answer(super().action_change_member, user_id, is_readonly)

    def action_promote(self, stage_code):
        return self._answer(super().action_promote, stage_code)

    def action_demote(self, stage_code=None, reason=None):
        return self._answer(super().action_demote, stage_code, reason)

    def action_move(self, stage_code=None, reason=None):
        return self._answer(super().action_move, stage_code, reason)

    def action_set_stage(self, stage_id):
        return self._answer(super().action_set_stage, stage_id)

    def action_pause(self):
        return self._answer(super().action_pause)

    def action_resume(self):
        return self._answer(super().action_resume)

    def action_protect(self):
        return self._answer(super().action_protect)

    def action_unprotect(self):
        return self._answer(super().action_unprotect)

    def action_request(self, reason):
        return self._answer(super().action_request, reason)

    @api.model
    def action_request_by_name(self, name, reason):
        return self._answer(super().action_request_by_name, name, reason)

    def _answer(self, action, *arguments):
        """The results of `action`, or of the last try's conflict: busy, row by row."""

        def busy():
            rows = self or [self]  # a draw is asked of no customer
            return [row._result("busy", name="") for row in rows]

        return answer_last_try(self.env, action, arguments, busy)
