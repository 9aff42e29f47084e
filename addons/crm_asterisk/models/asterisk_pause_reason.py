from odoo import fields, models


class AsteriskPauseReason(models.Model):
    """Why an agent takes no calls: chosen when he pauses, counted in his day."""

    _name = "asterisk.pause.reason"
    _description = "Pause Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
