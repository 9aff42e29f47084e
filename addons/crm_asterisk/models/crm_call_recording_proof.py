import hashlib
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

_logger = logging.getLogger(__name__)

MANAGER_GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_manager"
PIECE = 1 << 20
BATCH = 200


def file_digest(path):
    """SHA-256 of a file, hexadecimal. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


class CrmCallRecording(models.Model):
    """What makes a recording hold as evidence (G35), and how long it stays (A5).

    - It is sealed as soon as its call has ended: the file's SHA-256, and a link made of
      it, of what the recording is and of the link before it. A file that was changed,
      and a row that was changed, taken out or put in between, break the chain.
    - What is under legal hold is not deleted, whatever the PBX's days of keeping say.
    - Each hearing, check, export, hold and deletion is in its log, nobody's to write.
    """

    _inherit = "crm.call.recording"

    server_id = fields.Many2one(related="call_id.server_id", store=True)
    sha256 = fields.Char(string="SHA-256", readonly=True, copy=False)
    size_bytes = fields.Integer(string="Bytes", readonly=True, copy=False)
    sealed_at = fields.Datetime(string="Sealed", readonly=True, copy=False)
    seal_number = fields.Integer(readonly=True, copy=False)
    seal = fields.Char(
        readonly=True,
        copy=False,
        help="SHA-256 of the seal before it, this recording's file, name, call and "
        "time.",
    )
    is_held = fields.Boolean(
        string="Legal Hold", readonly=True, copy=False, help="Is not deleted."
    )
    deleted_at = fields.Datetime(string="Deleted", readonly=True, copy=False)

    _seal_uniq = models.UniqueIndex(
        "(server_id, seal_number) WHERE seal_number IS NOT NULL AND seal_number > 0"
    )

    def action_hold(self):
        """Keep it until it is released, for a dispute or an inquiry."""
        return self._set_hold(True)

    def action_release(self):
        """The usual days of keeping hold again."""
        return self._set_hold(False)

    def action_verify(self):
        """Whether file and chain are as they were sealed."""
        self.ensure_one()
        self.check_access("read")
        problem = self._problem()
        self._log("verify")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": problem or self.env._("The recording is unchanged."),
                "type": "danger" if problem else "success",
            },
        }

    def action_export(self):
        """The recording with its proof sheet, as one file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/crm_asterisk/recording/{self.id}/proof",
        }

    def _set_hold(self, is_held):
        self.check_access("read")
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(self.env._("Only managers put recordings on hold."))
        if is_held and any(self.mapped("deleted_at")):
            raise UserError(self.env._("The file is not there any more."))
        self._log("hold" if is_held else "release")
        # who reads recordings does not write them; the group is checked above
        self._evidence().is_held = is_held
        return True

    def _evidence(self):
        """Superuser, for what a button may change."""
        return self.with_env(self.env["crm.pool.customer"]._privileged().env)

    # the seal

    def _seal(self):
        """Seal what has a file, in the order given; the rest is tried again later."""
        for recording in self.filtered(lambda one: not one.seal):
            path = recording._path()
            if path is None:
                continue
            try:
                sha256, size = file_digest(path), path.stat().st_size
            except OSError as error:
                _logger.warning("recording %s: %s", recording.name, error)
                continue
            last = self._last_seal(recording.server_id)
            recording.write(
                {
                    "sha256": sha256,
                    "size_bytes": size,
                    "sealed_at": fields.Datetime.now(),
                    "seal_number": last.seal_number + 1,
                }
            )
            recording.seal = recording._link(last.seal)
            # the next one looks for its predecessor in the database
            recording.flush_recordset()

    @api.model
    def _last_seal(self, server):
        return self.search(
            [("server_id", "=", server.id), ("seal_number", ">", 0)],
            order="seal_number desc",
            limit=1,
        )

    def _link(self, before):
        """The seal as it must be after the one `before`."""
        self.ensure_one()
        parts = (
            before or "",
            self.sha256,
            self.name,
            self.call_id.linkedid,
            fields.Datetime.to_string(self.sealed_at),
            str(self.seal_number),
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _problem(self):
        """What is not as it was sealed, as a sentence; empty when all is."""
        self.ensure_one()
        if not self.seal:
            return self.env._("The recording has not been sealed yet.")
        before = self._evidence().search(
            [
                ("server_id", "=", self.server_id.id),
                ("seal_number", "=", self.seal_number - 1),
            ]
        )
        if self.seal_number > 1 and not before:
            return self.env._("The recording sealed before this one is missing.")
        if self.seal != self._link(before.seal):
            return self.env._("What is stored of this recording was changed.")
        if self.deleted_at:
            return self.env._("The file was deleted after its days of keeping.")
        path = self._path()
        if path is None:
            return self.env._("The file is missing.")
        if file_digest(path) != self.sha256:
            return self.env._("The file was changed after it was sealed.")
        return ""

    # the days of keeping

    @api.model
    def _expire(self, server):
        """Delete files that are older than the PBX keeps them, except those on hold;
        their rows stay, with seal and log. The connector's work: it may write there.

        :return: how many
        """
        if not server.keep_days:
            return 0
        limit = fields.Datetime.now() - timedelta(days=server.keep_days)
        old = self.search(
            [
                ("server_id", "=", server.id),
                ("deleted_at", "=", False),
                ("is_held", "=", False),
                ("call_id.ended_at", "<", limit),
            ],
            limit=BATCH,
        )
        deleted = self.browse()
        for recording in old:
            path = recording._path()
            try:
                if path is not None:
                    path.unlink()
            except OSError as error:
                _logger.error("recording %s stays: %s", recording.name, error)
                continue
            deleted |= recording
        deleted._log("delete")
        deleted.deleted_at = fields.Datetime.now()
        return len(deleted)


class CrmCall(models.Model):
    _inherit = "crm.call"

    def _settle(self, now):
        result = super()._settle(now)
        self.recording_ids._seal()
        return result
