from odoo import fields, models


class AsteriskQueueMember(models.Model):
    """A telephone that is logged in to a queue, as the PBX says."""

    _name = "asterisk.queue.member"
    _description = "Queue Member"
    _order = "queue_id, id"

    queue_id = fields.Many2one(
        comodel_name="asterisk.queue", required=True, index=True, ondelete="cascade"
    )
    endpoint_id = fields.Many2one(
        comodel_name="asterisk.endpoint",
        string="Telephone",
        required=True,
        index=True,
        ondelete="cascade",
    )
    is_paused = fields.Boolean(string="Paused")

    _endpoint_uniq = models.UniqueIndex("(queue_id, endpoint_id)")
