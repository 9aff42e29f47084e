from odoo import fields, models


class CrmServiceCategory(models.Model):
    """What a request is about: fault, question, complaint, order …"""

    _name = "crm.service.category"
    _description = "Service Category"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        help="Leave empty for a category of all companies.",
    )
    is_on_portal = fields.Boolean(
        string="In the Portal",
        default=True,
        help="Customers may choose this category when they ask for service.",
    )
