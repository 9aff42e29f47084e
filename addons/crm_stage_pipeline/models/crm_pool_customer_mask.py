from odoo import models

from .number_field import NumberField


class CrmPoolCustomer(models.Model):
    """The numbers of a customer in lists of the pool (P32, C1)."""

    _inherit = "crm.pool.customer"

    phone = NumberField(related="partner_id.phone")
    mobile = NumberField(related="partner_id.mobile")
