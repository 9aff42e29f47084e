from odoo import fields, models
from odoo.tools import SQL

from .crm_call import RESULTS
from .crm_call_missed import LOST


class CrmCallReport(models.Model):
    """Calls that have ended, to be counted: volume, length, waiting, answer and
    transfer rate, by agent, queue, hour and day (A10)."""

    _name = "crm.call.report"
    _description = "Call Analysis"
    _auto = False
    _rec_name = "started_at"
    _order = "started_at desc"

    started_at = fields.Datetime(string="Started", readonly=True)
    hour = fields.Integer(
        readonly=True, aggregator=None, help="0 to 23, of the reader's zone."
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    server_id = fields.Many2one(
        comodel_name="asterisk.server", string="PBX", readonly=True
    )
    user_id = fields.Many2one(comodel_name="res.users", string="Agent", readonly=True)
    direction = fields.Selection(
        selection=[("in", "Incoming"), ("out", "Outgoing"), ("internal", "Internal")],
        readonly=True,
    )
    result = fields.Selection(selection=RESULTS, readonly=True)
    queue = fields.Char(readonly=True)
    talk_s = fields.Integer(string="Talking (s)", readonly=True, aggregator="sum")
    talk_average_s = fields.Float(
        string="Length (s)", readonly=True, aggregator="avg", help="Of answered calls."
    )
    wait_s = fields.Integer(string="Waiting (s)", readonly=True, aggregator="avg")
    answer_rate = fields.Float(string="Answered (%)", readonly=True, aggregator="avg")
    transfer_rate = fields.Float(
        string="Transferred (%)",
        readonly=True,
        aggregator="avg",
        help="More than one agent has spoken; of answered calls.",
    )
    lost = fields.Integer(
        readonly=True,
        aggregator="sum",
        help="Missed, abandoned in the queue, timed out in it.",
    )

    @property
    def _table_query(self):
        zone = self.env.context.get("tz") or self.env.user.tz or "UTC"
        return SQL(
            """
            SELECT c.id,
                   c.started_at,
                   extract(
                       hour FROM c.started_at AT TIME ZONE 'UTC' AT TIME ZONE %s
                   )::integer AS hour,
                   c.company_id,
                   c.server_id,
                   c.user_id,
                   c.direction,
                   c.result,
                   c.queue,
                   c.talk_s,
                   CASE WHEN c.result = 'answered' THEN c.talk_s END AS talk_average_s,
                   c.wait_s,
                   CASE WHEN c.result = 'answered' THEN 100.0 ELSE 0 END AS answer_rate,
                   CASE WHEN c.result = 'answered' THEN
                       CASE WHEN (
                           SELECT count(*) FROM crm_call_participant_rel p
                           WHERE p.call_id = c.id
                       ) > 1 THEN 100.0 ELSE 0 END
                   END AS transfer_rate,
                   (c.result IN %s)::integer AS lost
              FROM crm_call c
             WHERE c.state = 'ended'
            """,
            zone,
            LOST,
        )
