from odoo import api, fields, models
from odoo.tools import SQL

from .crm_call_missed import LOST


class AsteriskQueue(models.Model):
    """What the queue shall reach (A10)."""

    _inherit = "asterisk.queue"

    answer_target = fields.Float(
        string="Answered, Target (%)",
        default=95.0,
        help="Of the callers who wait in the queue so many shall be answered.",
    )
    service_target = fields.Float(
        string="In Time, Target (%)",
        default=80.0,
        help="Of the callers so many shall be answered within the seconds above.",
    )
    handled_target = fields.Integer(
        string="Answered a Day, Target", help="Calls; 0: no target."
    )

    _target_check = models.Constraint(
        "CHECK (answer_target BETWEEN 0 AND 100 AND service_target BETWEEN 0 AND 100"
        " AND coalesce(handled_target, 0) >= 0)",
        "Targets in percent lie between 0 and 100, numbers of calls are not negative.",
    )


class CrmTeam(models.Model):
    _inherit = "crm.team"

    call_target = fields.Integer(
        string="Calls a Day, Target",
        help="Outgoing calls with somebody who answered, of the whole team; 0: none.",
    )

    _call_target_check = models.Constraint(
        "CHECK (coalesce(call_target, 0) >= 0)", "A number of calls is not negative."
    )


class CrmCallTrend(models.Model):
    """What was reached beside what shall be reached (A10): two lines in one chart.

    - Each call stands here twice: what it was, and what its queue or team aims at.
      Rates are averages, therefore right for any period and any grouping; a day's
      number of calls is shared out among the calls of the day.
    - Calls that come in count for their queue, calls that go out for the team of the
      agent. Days are those of the reader's zone.
    """

    _name = "crm.call.trend"
    _description = "Calls and Targets"
    _auto = False
    _rec_name = "started_at"
    _order = "started_at desc"

    started_at = fields.Datetime(string="Started", readonly=True)
    series = fields.Selection(
        selection=[("actual", "Actual"), ("target", "Target")],
        string="Compared",
        readonly=True,
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    queue_id = fields.Many2one(comodel_name="asterisk.queue", readonly=True)
    team_id = fields.Many2one(comodel_name="crm.team", readonly=True)
    answer_rate = fields.Float(string="Answered (%)", readonly=True, aggregator="avg")
    service_rate = fields.Float(string="In Time (%)", readonly=True, aggregator="avg")
    handled = fields.Float(string="Answered Calls", readonly=True, aggregator="sum")

    @property
    def _table_query(self):
        zone = self.env.context.get("tz") or self.env.user.tz or "UTC"
        return SQL(
            """
            WITH calls AS (%(calls)s)
            SELECT id * 2 AS id, 'actual' AS series, started_at, company_id, queue_id,
                   team_id, answer_rate, service_rate, answered::float AS handled
              FROM calls
             UNION ALL
            SELECT id * 2 + 1, 'target', started_at, company_id, queue_id, team_id,
                   answer_target, service_target,
                   handled_target::float / count(*) OVER (
                       PARTITION BY queue_id, team_id,
                       (started_at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date)
              FROM calls
            """,
            calls=self._calls_query(),
            zone=zone,
        )

    @api.model
    def _calls_query(self):
        """Calls of a queue, served or lost, and calls that went out, of a team."""
        return SQL(
            """
            SELECT c.id, c.started_at, c.company_id, q.id AS queue_id,
                   NULL::integer AS team_id,
                   (c.result = 'answered')::integer AS answered,
                   CASE WHEN c.result = 'answered' THEN 100.0 ELSE 0 END AS answer_rate,
                   CASE WHEN c.result = 'answered' AND c.wait_s <= q.service_seconds
                        THEN 100.0 ELSE 0 END AS service_rate,
                   q.answer_target, q.service_target,
                   nullif(q.handled_target, 0) AS handled_target
              FROM crm_call c
              JOIN asterisk_queue q ON q.server_id = c.server_id AND q.name = c.queue
             WHERE c.state = 'ended' AND c.direction = 'in'
               AND (c.result = 'answered' OR c.result IN %s)
             UNION ALL
            SELECT c.id, c.started_at, c.company_id, NULL, member.crm_team_id,
                   (c.result = 'answered')::integer, NULL, NULL, NULL, NULL,
                   nullif(t.call_target, 0)
              FROM crm_call c
              JOIN LATERAL (
                   SELECT m.crm_team_id FROM crm_team_member m
                    WHERE m.user_id = c.user_id AND m.active
                    ORDER BY m.id LIMIT 1) member ON TRUE
              JOIN crm_team t ON t.id = member.crm_team_id
             WHERE c.state = 'ended' AND c.direction = 'out'
            """,
            LOST,
        )
