from odoo import api, fields, models

from .crm_lead_tracking import LEAD_KEY


class CrmPoolCustomer(models.Model):
    """What the tracking screen tells of the opportunity being sold (正在销售, G69)."""

    _inherit = "crm.pool.customer"

    tracked_lead_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Selling",
        compute="_compute_tracked_lead_id",
        compute_sudo=False,
    )
    tracked_lead_stage_id = fields.Many2one(
        comodel_name="crm.stage",
        string="Opportunity Stage",
        compute="_compute_tracked_lead_id",
        compute_sudo=False,
    )
    tracked_lead_revenue = fields.Monetary(
        string="Expected Revenue",
        currency_field="currency_id",
        compute="_compute_tracked_lead_id",
        compute_sudo=False,
    )
    tracked_lead_visit = fields.Datetime(
        string="Next Visit of the Opportunity",
        compute="_compute_tracked_lead_id",
        compute_sudo=False,
    )

    @api.depends("partner_id")
    @api.depends_context("uid", LEAD_KEY)
    def _compute_tracked_lead_id(self):
        tracked = self.env["crm.lead"].browse(self.env.context.get(LEAD_KEY) or [])
        tracked = tracked.exists()._filtered_access("read")
        whose = tracked.partner_id.commercial_partner_id
        for customer in self:
            lead = tracked if customer.partner_id == whose else tracked.browse()
            customer.tracked_lead_id = lead
            customer.tracked_lead_stage_id = lead.stage_id
            customer.tracked_lead_revenue = lead.expected_revenue
            customer.tracked_lead_visit = lead.next_visit_date
