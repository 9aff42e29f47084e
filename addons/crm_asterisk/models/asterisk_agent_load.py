from odoo import fields, models
from odoo.tools import SQL

LOAD = "load_percent:avg"


class AsteriskAgentLoad(models.Model):
    """How busy agents are (A10): hours ready and paused beside hours in calls.

    States come from the agents' times, calls from the legs of their telephones; who
    listens in as a leader is in no call. A state that lasts counts until now.
    """

    _name = "asterisk.agent.load"
    _description = "Agents' Load"
    _auto = False
    _rec_name = "user_id"
    _order = "started_at desc, id"

    started_at = fields.Datetime(string="Started", readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Agent", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    ready_hours = fields.Float(string="Ready (h)", readonly=True)
    paused_hours = fields.Float(string="Paused (h)", readonly=True)
    call_hours = fields.Float(string="In Calls (h)", readonly=True)
    call_count = fields.Integer(string="Calls", readonly=True)
    load_percent = fields.Float(
        string="Load (%)",
        readonly=True,
        aggregator="avg",
        help="Hours in calls of the hours that the agent was ready.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT l.id * 2 AS id, l.started_at, l.user_id, l.company_id,
                   CASE WHEN l.state = 'ready' THEN %(state)s ELSE 0 END AS ready_hours,
                   CASE WHEN l.state = 'paused' THEN %(state)s ELSE 0 END
                       AS paused_hours,
                   0.0 AS call_hours, 0 AS call_count, NULL::float AS load_percent
              FROM asterisk_agent_log l
             WHERE l.state != 'out' AND l.user_id IS NOT NULL
             UNION ALL
            SELECT leg.id * 2 + 1, leg.answered_at, e.user_id, e.company_id, 0, 0,
                   %(call)s, 1, NULL
              FROM crm_call_channel leg
              JOIN asterisk_endpoint e ON e.id = leg.endpoint_id
             WHERE leg.answered_at IS NOT NULL AND e.user_id IS NOT NULL
               AND leg.uniqueid NOT LIKE 'odoo-spy-%%'
            """,
            state=self._hours("l.started_at", "l.ended_at"),
            call=self._hours("leg.answered_at", "leg.ended_at"),
        )

    def _hours(self, begin, end):
        begin, end = (SQL.identifier(*name.split(".")) for name in (begin, end))
        now = SQL("(now() AT TIME ZONE 'UTC')")
        return SQL(
            "extract(epoch FROM coalesce(%s, %s) - %s) / 3600.0", end, now, begin
        )

    def _read_group_select(self, aggregate_spec, query):
        """The load of any group: its hours in calls by its hours ready."""
        if aggregate_spec != LOAD:
            return super()._read_group_select(aggregate_spec, query)
        calls, ready = (
            self._field_to_sql(self._table, name, query)
            for name in ("call_hours", "ready_hours")
        )
        return SQL("100.0 * SUM(%s) / NULLIF(SUM(%s), 0)", calls, ready)
