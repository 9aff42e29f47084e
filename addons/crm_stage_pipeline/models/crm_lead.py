from odoo import api, fields, models


class CrmLead(models.Model):
    """Leads and opportunities as documents of pool customers (P10, P12)."""

    _name = "crm.lead"
    _inherit = ["crm.customer.document.mixin", "crm.lead"]

    _pool_partner_fields = ("partner_id", "commercial_partner_id")
    _pool_followed_fields = frozenset(
        {
            "partner_id",
            "user_id",
            "company_id",
            "stage_id",
            "active",
            "type",
            "probability",
            "is_sales_paused",
        }
    )

    is_sales_paused = fields.Boolean(string="Selling Paused", tracking=True, copy=False)
    sales_mark = fields.Selection(
        selection=[
            ("selling", "Selling"),
            ("paused", "Paused"),
            ("ended", "Ended"),
        ],
        compute="_compute_sales_mark",
        store=True,
        help="Won and lost opportunities have ended.",
    )

    @api.depends("won_status", "is_sales_paused", "type")
    def _compute_sales_mark(self):
        for lead in self:
            if lead.type != "opportunity":
                lead.sales_mark = False
            elif lead.won_status != "pending":
                lead.sales_mark = "ended"
            else:
                lead.sales_mark = "paused" if lead.is_sales_paused else "selling"

    def convert_opportunity(self, partner, user_ids=False, team_id=False):
        """Core writes more than once: the pool follows at the end."""
        keys = self._pool_keys()
        result = super(CrmLead, self._following_later()).convert_opportunity(
            partner, user_ids=user_ids, team_id=team_id
        )
        self._follow_in_pool(keys)
        return result

    def _entering_pool(self):
        """Colleagues, own companies and mere vendors enter no pool by a lead."""
        partners = self.partner_id.commercial_partner_id
        own = self.env["res.company"].search([("partner_id", "in", partners.ids)])
        entering = (partners - own.partner_id).filtered(
            lambda partner: (
                partner.partner_share
                and (partner.customer_rank or not partner.supplier_rank)
            )
        )
        return self.filtered(
            lambda lead: lead.partner_id.commercial_partner_id in entering
        )

    def _pool_stage_code(self):
        return "opportunity" if self.sales_mark == "selling" else False
