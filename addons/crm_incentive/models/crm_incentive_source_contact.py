from odoo import models
from odoo.tools import SQL


class CrmIncentiveSourceContact(models.AbstractModel):
    """Contact records, one each, for who made them; the domain says which outcomes."""

    _name = "crm.incentive.source.contact"
    _inherit = ["crm.incentive.source.event"]
    _description = "Contact Records"

    _source_code = "contact"
    _line_model = "crm.contact.record"
    _document_model = "crm.contact.record"
    _date_rules = (("contact", "Day of the contact"),)

    def _event(self, measure):
        return {
            "joins": SQL("JOIN crm_pool_customer row ON row.id = line.customer_id"),
            "moment": SQL("line.date"),
            "user_id": SQL("line.user_id"),
            "partner_id": SQL("row.partner_id"),
            "company_id": SQL("line.company_id"),
            "holds": SQL("TRUE"),
        }


class CrmContactRecord(models.Model):
    """Contact records tell the incentives that they were made or changed."""

    _name = "crm.contact.record"
    _inherit = ["crm.contact.record", "crm.incentive.marking.mixin"]

    _incentive_fields = frozenset(
        ("date", "user_id", "customer_id", "outcome_id", "channel")
    )
