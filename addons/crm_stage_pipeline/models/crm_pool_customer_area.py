from odoo import fields, models


class CrmPoolCustomer(models.Model):
    _inherit = "crm.pool.customer"

    area_id = fields.Many2one(
        comodel_name="crm.customer.area",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
    )
