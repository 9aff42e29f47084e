from datetime import timedelta

from odoo import api, fields, models

# Facts are kept at the call: events are only needed to look into a problem.
KEPT = timedelta(days=7)
PURGE_BATCH = 20000


class AsteriskEvent(models.Model):
    """The inbox: what the PBX said, each event once however often it is heard.

    Written by the connector in batches; the digest of all headers makes an event that
    two connections heard, or that is read back, one row.
    """

    _name = "asterisk.event"
    _description = "PBX Event"
    _order = "id desc"
    _log_access = False
    _rec_name = "name"

    server_id = fields.Many2one(
        comodel_name="asterisk.server", required=True, index=True, ondelete="cascade"
    )
    digest = fields.Char(required=True)
    name = fields.Char(required=True)
    linkedid = fields.Char(string="Call Id")
    event_at = fields.Datetime(string="Time", help="By the PBX's clock, UTC.")
    payload = fields.Json()
    received_at = fields.Datetime()

    _digest_uniq = models.UniqueIndex("(server_id, digest)")
    _linkedid_idx = models.Index("(linkedid) WHERE linkedid IS NOT NULL")
    _received_idx = models.Index("(received_at)")

    @api.model
    def _cron_purge(self):
        """Delete what is older than KEPT, in batches."""
        limit = fields.Datetime.now() - KEPT
        while old := self.search([("received_at", "<", limit)], limit=PURGE_BATCH):
            old.unlink()
            if not self.env["ir.cron"]._commit_progress(len(old)):
                break
