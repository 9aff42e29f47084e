from odoo import fields, models


class CrmPoolDataRight(models.Model):
    """Who opens the recycle bin, and who deletes for good (P51)."""

    _inherit = "crm.pool.data.right"

    has_bin = fields.Boolean(
        string="Open the recycle bin",
        help="See which customers were deleted, by whom and when, and restore them.",
    )
    has_purge = fields.Boolean(
        string="Delete customers for good",
        help="Remove customers that lie in the recycle bin.",
    )
