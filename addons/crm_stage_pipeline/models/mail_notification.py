from odoo import models

from .number_field import NumberField


class MailNotification(models.Model):
    """The number that a text message went to is its recipient's (P32)."""

    _name = "mail.notification"
    _inherit = ["mail.notification", "crm.contact.number.mixin"]

    _number_partner_paths = ("res_partner_id",)

    sms_number = NumberField()
