from odoo import models

from .number_field import SHOW_KEY


class IrQwebFieldContact(models.AbstractModel):
    """Core prints addresses as superuser: numbers are masked as for the reader."""

    _inherit = "ir.qweb.field.contact"

    def value_to_html(self, value, options):
        if value:
            value = value.with_context(**{SHOW_KEY: True})
        return super().value_to_html(value, options)
