from odoo import models

from odoo.addons.crm_stage_pipeline.models.number_field import NumberField


class EventRegistration(models.Model):
    """A registration copies the number of the customer who books (P32, P20).

    - The copy is masked as the number is.
    - A partner whom the user does not see cannot be named: core would copy his name,
      address and number into the registration.
    """

    _name = "event.registration"
    _inherit = [
        "event.registration",
        "crm.contact.number.mixin",
        "crm.partner.seen.mixin",
    ]

    phone = NumberField()
