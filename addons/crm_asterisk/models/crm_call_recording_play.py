from odoo import fields, models


class CrmCallRecordingPlay(models.Model):
    """Who did what with a recording, and when: the chain of access."""

    _name = "crm.call.recording.play"
    _description = "Recording Heard"
    _order = "id desc"

    recording_id = fields.Many2one(
        comodel_name="crm.call.recording", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        comodel_name="res.users", required=True, ondelete="restrict"
    )
    kind = fields.Selection(
        selection=[
            ("play", "Heard"),
            ("verify", "Checked"),
            ("export", "Exported"),
            ("hold", "Put on Hold"),
            ("release", "Released"),
            ("delete", "Deleted"),
        ],
        required=True,
        default="play",
    )
    create_date = fields.Datetime(string="At")
