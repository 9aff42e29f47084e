from odoo import models
from odoo.tools import SQL


class CrmIncentiveSourceRegistration(models.AbstractModel):
    """Registrations that stand, one each, for the order's salesperson or their maker.

    They count on the day they were made, or on the day of attendance.
    """

    _name = "crm.incentive.source.registration"
    _inherit = ["crm.incentive.source.event"]
    _description = "Registrations"

    _source_code = "registration"
    _line_model = "event.registration"
    _document_model = "event.registration"
    _date_rules = (("registered", "Registered"), ("attended", "Attended"))

    def _event(self, measure):
        attended = measure.date_rule == "attended"
        return {
            "joins": SQL(
                "LEFT JOIN sale_order sale ON sale.id = line.sale_order_id"
                " JOIN event_event event ON event.id = line.event_id"
            ),
            "moment": SQL(
                "COALESCE(line.date_closed, event.date_begin)"
                if attended
                else "line.create_date"
            ),
            "user_id": SQL("COALESCE(sale.user_id, line.create_uid)"),
            "partner_id": SQL("line.partner_id"),
            "company_id": SQL("line.company_id"),
            "holds": SQL(
                "line.active AND line.state = 'done'"
                if attended
                else "line.active AND line.state IN ('open', 'done')"
            ),
        }


class CrmIncentiveMeasure(models.Model):
    """Names of the days that registrations count on."""

    _inherit = "crm.incentive.measure"

    def _date_rule_labels(self):
        return {
            **super()._date_rule_labels(),
            "registered": self.env._("Day of registration"),
            "attended": self.env._("Day of attendance"),
        }


class EventRegistration(models.Model):
    """Registrations tell the incentives when they are made, attended or cancelled."""

    _name = "event.registration"
    _inherit = ["event.registration", "crm.incentive.marking.mixin"]

    _incentive_fields = frozenset(
        ("state", "active", "date_closed", "partner_id", "event_id", "sale_order_id")
    )
