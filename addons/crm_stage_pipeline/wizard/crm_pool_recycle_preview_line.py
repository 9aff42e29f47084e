from odoo import fields, models


class CrmPoolRecyclePreviewLine(models.TransientModel):
    """A customer that a preview names; written by SQL, up to all of them."""

    _name = "crm.pool.recycle.preview.line"
    _description = "Customer of a Recycling Preview"
    _order = "recycle_on, id"
    _rec_name = "customer_id"

    preview_id = fields.Many2one(
        comodel_name="crm.pool.recycle.preview",
        required=True,
        index=True,
        ondelete="cascade",
    )
    customer_id = fields.Many2one(
        comodel_name="crm.pool.customer",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    rule_id = fields.Many2one(
        comodel_name="crm.pool.recycle.rule", readonly=True, ondelete="cascade"
    )
    owner_id = fields.Many2one(
        comodel_name="res.users", readonly=True, ondelete="cascade"
    )
    stage_id = fields.Many2one(
        comodel_name="crm.pool.stage", readonly=True, ondelete="cascade"
    )
    recycle_on = fields.Datetime(string="Due Since", readonly=True)
    is_kept = fields.Boolean(
        string="Kept", readonly=True, help="An open document keeps the customer."
    )

    def action_open_customer(self):
        """Open the customer's form."""
        return self.customer_id.action_open_partner()
