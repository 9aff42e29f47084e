from odoo import fields, models


class CrmPool(models.Model):
    """Whether the numbers of a pool's customers are masked (P32, C1)."""

    _inherit = "crm.pool"

    mask_numbers = fields.Boolean(
        string="Mask Telephone Numbers",
        help="Agents and team leaders read the numbers of a customer only when they "
        "own it, work on it together with the owner, or have an open lead or order of "
        "it. Calling it and writing a contact record work on the hidden number.",
    )
