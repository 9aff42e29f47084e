from odoo import models


class ResPartnerBank(models.Model):
    """The accounts of a hidden customer are hidden, by a rule; none is made for him."""

    _name = "res.partner.bank"
    _inherit = ["res.partner.bank", "crm.partner.seen.mixin"]
