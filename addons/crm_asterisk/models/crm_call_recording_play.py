from odoo import fields, models


class CrmCallRecordingPlay(models.Model):
    """Who listened to a recording, and when."""

    _name = "crm.call.recording.play"
    _description = "Recording Heard"
    _order = "id desc"

    recording_id = fields.Many2one(
        comodel_name="crm.call.recording", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        comodel_name="res.users", required=True, ondelete="restrict"
    )
    create_date = fields.Datetime(string="Heard At")
