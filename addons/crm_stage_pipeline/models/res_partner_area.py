from odoo import fields, models

from .res_partner_header import USER_GROUP


class ResPartner(models.Model):
    _inherit = "res.partner"

    pool_area_id = fields.Many2one(
        related="own_pool_customer_id.area_id",
        readonly=False,
        related_sudo=False,
        groups=USER_GROUP,
    )
