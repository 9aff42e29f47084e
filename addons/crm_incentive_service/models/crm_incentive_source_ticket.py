from odoo import models
from odoo.tools import SQL


class CrmIncentiveSourceTicket(models.AbstractModel):
    """Service requests solved, one each, for whom they were assigned to.

    One that is opened again no longer counts.
    """

    _name = "crm.incentive.source.ticket"
    _inherit = ["crm.incentive.source.event"]
    _description = "Requests Solved"

    _source_code = "ticket"
    _line_model = "crm.service.ticket"
    _document_model = "crm.service.ticket"
    _date_rules = (("solved", "Day it was Solved"),)

    def _event(self, measure):
        return {
            "moment": SQL("line.solved_at"),
            "user_id": SQL("line.user_id"),
            "partner_id": SQL("line.partner_id"),
            "company_id": SQL("line.company_id"),
            "holds": SQL(
                "line.solved_at IS NOT NULL AND line.state IN ('solved', 'closed')"
            ),
        }


class CrmIncentiveMeasure(models.Model):
    """The name of the day that requests count on."""

    _inherit = "crm.incentive.measure"

    def _date_rule_labels(self):
        return {
            **super()._date_rule_labels(),
            "solved": self.env._("Day it was solved"),
        }


class CrmServiceTicket(models.Model):
    """Requests tell the incentives when they are solved or opened again."""

    _name = "crm.service.ticket"
    _inherit = ["crm.service.ticket", "crm.incentive.marking.mixin"]

    _incentive_fields = frozenset(("state", "solved_at", "user_id", "partner_id"))
