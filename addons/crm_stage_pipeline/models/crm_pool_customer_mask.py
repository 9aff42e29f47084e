from odoo import models

from .number_field import NumberField


class CrmPoolCustomer(models.Model):
    """The numbers of a customer in lists of the pool (P32, C1)."""

    _inherit = "crm.pool.customer"

    # as superuser, that nobody's mask stays in the cache; the field masks what it gives
    phone = NumberField(related="partner_id.phone", related_sudo=True)
    mobile = NumberField(related="partner_id.mobile", related_sudo=True)
    fax = NumberField(related="partner_id.fax", related_sudo=True)
    home_phone = NumberField(related="partner_id.home_phone", related_sudo=True)
    finance_phone = NumberField(related="partner_id.finance_phone", related_sudo=True)
