from odoo import fields, models


class CrmContactProgress(models.Model):
    """How far the work on a customer has come (跟踪进程), chosen at a contact."""

    _name = "crm.contact.progress"
    _description = "Contact Progress"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    stage_code = fields.Selection(
        selection=[
            ("reserve", "Reserve"),
            ("target", "Target"),
            ("potential", "Potential"),
            ("opportunity", "Opportunity"),
            ("deal", "Deal"),
        ],
        string="Stage",
        help="Offered for customers of this stage; empty for all.",
    )
