from datetime import timedelta

from odoo import api, fields, models

# A player that was started asks for the rest of the file during this time.
PLAYING = timedelta(hours=1)
# An audio file with a header and nothing else: nobody spoke.
EMPTY_BYTES = 44
TYPES = {".wav": "audio/wav", ".mp3": "audio/mpeg", ".gsm": "audio/x-gsm"}


class CrmCallRecording(models.Model):
    """A recording that the PBX made of a call; the file stays in the PBX's folder.

    - It is heard by those who see the call, and each hearing is logged.
    - A path that leaves the folder, and a file of EMPTY_BYTES or less, is no recording.
    """

    _name = "crm.call.recording"
    _description = "Call Recording"
    _order = "id"

    call_id = fields.Many2one(
        comodel_name="crm.call", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(string="File", required=True, readonly=True)
    url = fields.Char(string="Listen", compute="_compute_url")
    play_ids = fields.One2many(
        comodel_name="crm.call.recording.play", inverse_name="recording_id"
    )

    _name_uniq = models.UniqueIndex("(call_id, name)")

    @api.depends("name")
    def _compute_url(self):
        for recording in self:
            heard = recording._path() is not None
            recording.url = (
                f"/crm_asterisk/recording/{recording.id}" if heard else False
            )

    def _path(self):
        """The file, inside the PBX's recording folder; None when there is none."""
        self.ensure_one()
        root = self.call_id.server_id._recording_root()
        if root is None or not self.name:
            return None
        path = (root / self.name).resolve()
        if not path.is_relative_to(root) or path.suffix not in TYPES:
            return None
        try:
            heard = path.is_file() and path.stat().st_size > EMPTY_BYTES
        except OSError:
            return None
        return path if heard else None

    def _is_being_played(self):
        """Whether this person's hearing is written down already, a moment ago."""
        self.ensure_one()
        # who listens may not read the log
        return bool(
            self.env["crm.call.recording.play"]
            .sudo()
            .search_count(
                [
                    ("recording_id", "=", self.id),
                    ("user_id", "=", self.env.uid),
                    ("kind", "=", "play"),
                    ("create_date", ">", fields.Datetime.now() - PLAYING),
                ],
                limit=1,
            )
        )

    def _log(self, kind):
        """Write down who listens, checks, exports, holds."""
        # the log is nobody's to write
        self.env["crm.call.recording.play"].sudo().create(
            [
                {"recording_id": recording.id, "user_id": self.env.uid, "kind": kind}
                for recording in self
            ]
        )
