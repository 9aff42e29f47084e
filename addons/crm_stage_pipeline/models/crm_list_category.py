from odoo import fields, models


class CrmListCategory(models.Model):
    """A heading under which saved lists stand (P45)."""

    _name = "crm.list.category"
    _description = "Category of Saved Lists"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _name_uniq = models.UniqueIndex("(name)", "There is a category of this name.")
