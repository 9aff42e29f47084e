from odoo import models


class CrmContactRecord(models.Model):
    """Contact records by data right: of customers that one sees."""

    _name = "crm.contact.record"
    _inherit = ["crm.contact.record", "crm.pool.right.mixin"]

    _pool_right_target = "record"
