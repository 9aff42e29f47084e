from odoo import models
from odoo.tools import SQL


class CrmIncentiveSourceLead(models.AbstractModel):
    """Opportunities won, on the day they were closed: expected revenue, or one each.

    One without a company counts for the company of its salesperson.
    """

    _name = "crm.incentive.source.lead"
    _inherit = ["crm.incentive.source.event"]
    _description = "Opportunities Won"

    _source_code = "lead"
    _line_model = "crm.lead"
    _document_model = "crm.lead"
    _date_rules = (("won", "Day it was won"),)
    _counts = ("quantity", "amount")

    def _event(self, measure):
        return {
            "joins": SQL("LEFT JOIN res_users seller ON seller.id = line.user_id"),
            "moment": SQL("COALESCE(line.date_closed, line.write_date)"),
            "user_id": SQL("line.user_id"),
            "partner_id": SQL("line.partner_id"),
            "company_id": SQL("COALESCE(line.company_id, seller.company_id)"),
            "holds": SQL("line.won_status = 'won' AND line.type = 'opportunity'"),
            "amount": SQL("COALESCE(line.expected_revenue, 0)"),
        }


class CrmLead(models.Model):
    """Opportunities tell the incentives when they are won, or no longer are."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "crm.incentive.marking.mixin"]

    _incentive_fields = frozenset(
        (
            *("stage_id", "probability", "active", "user_id", "partner_id"),
            *("company_id", "expected_revenue", "date_closed", "type"),
        )
    )

    def _incentive_company(self):
        return self.company_id or self.user_id.company_id
