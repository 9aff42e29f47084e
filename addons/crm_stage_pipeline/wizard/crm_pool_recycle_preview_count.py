from odoo import fields, models


class CrmPoolRecyclePreviewCount(models.TransientModel):
    """How many customers of a preview belong to one rule, stage or owner."""

    _name = "crm.pool.recycle.preview.count"
    _description = "Number in a Recycling Preview"
    _order = "amount desc, id"

    preview_id = fields.Many2one(
        comodel_name="crm.pool.recycle.preview",
        required=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(
        selection=[("rule", "Rule"), ("stage", "Stage"), ("owner", "Owner")],
        required=True,
        readonly=True,
    )
    name = fields.Char(required=True, readonly=True)
    amount = fields.Integer(string="Customers", readonly=True)
