from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmPoolVisibleMixin(models.AbstractModel):
    """Documents of customers and their analysis: hidden with a private customer.

    Search and compute say the same; the search is an EXISTS, so that it may stand
    in record rules.
    """

    _name = "crm.pool.visible.mixin"
    _description = "Hidden with Its Customer"

    # of which customer it is, and whose
    _pool_visible_partner = "partner_id"
    _pool_visible_user = "user_id"
    # whether one's own stays visible when the customer is somebody else's
    _pool_visible_keeps_own = True

    is_pool_visible = fields.Boolean(
        compute="_compute_is_pool_visible",
        search="_search_is_pool_visible",
        compute_sudo=True,
        help="Not of a private customer of other people.",
    )

    @api.depends(
        lambda self: (
            f"{self._pool_visible_partner}.is_pool_visible",
            self._pool_visible_user,
        )
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_pool_visible(self):
        for record in self:
            partner = record[self._pool_visible_partner]
            is_own = (
                self._pool_visible_keeps_own
                and record[self._pool_visible_user] == self.env.user
            )
            record.is_pool_visible = not partner or partner.is_pool_visible or is_own

    @api.model
    def _search_is_pool_visible(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        if not self.env.user._crm_pool_is_bound():
            return Domain.TRUE
        domain = Domain(self._pool_visible_partner, "=", False)
        if self._pool_visible_keeps_own:
            domain |= Domain(self._pool_visible_user, "=", self.env.uid)
        return domain | Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "EXISTS (SELECT 1 FROM res_partner AS pool_partner"
                " WHERE pool_partner.id = %s AND %s)",
                model._field_to_sql(alias, self._pool_visible_partner, query),
                self.env["res.partner"]._pool_allowed_sql("pool_partner"),
            )
        )
