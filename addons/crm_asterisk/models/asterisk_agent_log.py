from odoo import api, fields, models


class AsteriskAgentLog(models.Model):
    """What an agent was, from when to when; written as the PBX tells it."""

    _name = "asterisk.agent.log"
    _description = "Agent State"
    _order = "started_at desc, id desc"
    _rec_name = "user_id"

    endpoint_id = fields.Many2one(
        comodel_name="asterisk.endpoint",
        string="Telephone",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="endpoint_id.company_id", store=True)
    user_id = fields.Many2one(
        comodel_name="res.users", string="Agent", index=True, ondelete="restrict"
    )
    state = fields.Selection(
        selection=[("out", "Logged Out"), ("ready", "Ready"), ("paused", "Paused")],
        required=True,
    )
    reason_id = fields.Many2one(
        comodel_name="asterisk.pause.reason", ondelete="restrict"
    )
    started_at = fields.Datetime(string="From", required=True)
    ended_at = fields.Datetime(string="To")
    duration = fields.Float(
        string="Hours", compute="_compute_duration", store=True, aggregator="sum"
    )

    _open_uniq = models.UniqueIndex("(endpoint_id) WHERE ended_at IS NULL")

    @api.depends("started_at", "ended_at")
    def _compute_duration(self):
        for log in self:
            end = log.ended_at or log.started_at
            log.duration = (end - log.started_at).total_seconds() / 3600
