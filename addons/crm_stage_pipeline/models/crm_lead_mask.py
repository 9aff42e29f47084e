from odoo import models

from .number_field import NumberField


class CrmLead(models.Model):
    """The numbers of a lead are those of its customer (P32, C1)."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "crm.contact.number.mixin"]

    phone = NumberField()
    phone_sanitized = NumberField()
