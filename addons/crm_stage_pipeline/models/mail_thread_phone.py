from odoo import api, models
from odoo.fields import Domain

from .number_field import READ_SENTINEL


class MailThreadPhone(models.AbstractModel):
    """Core's search by number reads the columns: masked numbers equal nothing."""

    _inherit = "mail.thread.phone"

    @api.model
    def _search_phone_mobile_search(self, operator, value):
        found = super()._search_phone_mobile_search(operator, value)
        if (
            found is NotImplemented
            or not isinstance(value, str)
            or not value.strip()
            or self.env.su
            or self.env.context.get("crm_number_sentinel") is READ_SENTINEL
            or not hasattr(self, "_number_masked_sql")
            or not self.env.user._crm_pool_masking_ids()
        ):
            return found
        masked = Domain.custom(
            to_sql=lambda model, alias, _query: model._number_masked_sql(alias)
        )
        if operator in Domain.NEGATIVE_OPERATORS:
            return found | masked
        return found & ~masked
