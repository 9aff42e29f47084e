from odoo import api, fields, models

from .res_partner_contact import SHOWN
from .res_partner_header import USER_GROUP


class ResPartner(models.Model):
    """Opportunities and orders of a customer on its form."""

    _inherit = "res.partner"

    pool_lead_ids = fields.Many2many(
        comodel_name="crm.lead",
        compute="_compute_pool_lead_ids",
        compute_sudo=False,
        groups=USER_GROUP,
        string="Latest Opportunities",
        context={"active_test": False},
        help="Those that the user may read.",
    )
    pool_order_ids = fields.Many2many(
        comodel_name="sale.order",
        compute="_compute_pool_lead_ids",
        compute_sudo=False,
        groups=USER_GROUP,
        string="Latest Orders",
        help="Those that the user may read.",
    )
    pool_cancelled_deal = fields.Boolean(
        related="pool_customer_id.has_cancelled_deal",
        related_sudo=False,
        groups=USER_GROUP,
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_pool_lead_ids(self):
        for partner in self:
            domain = [
                (
                    "partner_id.commercial_partner_id",
                    "=",
                    partner.commercial_partner_id._origin.id,
                )
            ]
            partner.pool_lead_ids = (
                self.env["crm.lead"]
                .with_context(active_test=False)
                .search(
                    [*domain, ("type", "=", "opportunity")],
                    limit=SHOWN,
                    order="id desc",
                )
            )
            partner.pool_order_ids = self.env["sale.order"].search(
                domain, limit=SHOWN, order="id desc"
            )
