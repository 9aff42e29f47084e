from odoo import models
from odoo.tools import SQL


class CrmIncentiveSourceCall(models.AbstractModel):
    """Answered calls with the outside, one each, for the agent; the domain says which.

    A filter such as ``[("talk_s", ">=", 60)]`` keeps short ones out.
    """

    _name = "crm.incentive.source.call"
    _inherit = ["crm.incentive.source.event"]
    _description = "Answered Calls"

    _source_code = "call"
    _line_model = "crm.call"
    _document_model = "crm.call"
    _date_rules = (("call", "Day of the Call"),)

    def _event(self, measure):
        return {
            "moment": SQL("COALESCE(line.answered_at, line.started_at)"),
            "user_id": SQL("line.user_id"),
            "partner_id": SQL("line.partner_id"),
            "company_id": SQL("line.company_id"),
            "holds": SQL(
                "line.answered_at IS NOT NULL AND line.state = 'ended'"
                " AND line.direction <> 'internal'"
            ),
        }


class CrmIncentiveMeasure(models.Model):
    """The name of the day that calls count on."""

    _inherit = "crm.incentive.measure"

    def _date_rule_labels(self):
        return {**super()._date_rule_labels(), "call": self.env._("Day of the call")}


class CrmCall(models.Model):
    """Calls tell the incentives when they ended, and of whom they were."""

    _name = "crm.call"
    _inherit = ["crm.call", "crm.incentive.marking.mixin"]

    _incentive_fields = frozenset(
        ("state", "user_id", "partner_id", "answered_at", "talk_s")
    )

    def _mark_incentive(self):
        # a call moves many times before it counts
        ended = self.filtered(lambda call: call.state == "ended")
        return super(CrmCall, ended)._mark_incentive()
