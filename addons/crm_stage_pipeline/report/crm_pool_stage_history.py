from odoo import api, fields, models
from odoo.tools import SQL

from ..models.crm_pool_stage import STAGE_CODES
from ..pool.transition import STAGES


class CrmPoolStageHistory(models.Model):
    """How long customers stood in each stage, and what became of them (P61).

    - One row for each stay of a customer in a stage, from the log; the last one has
      no end as long as the customer stands there.
    - A stay succeeds when the customer goes to a higher stage, and fails when it goes
      to a lower one or into the archive.
    - The person is who had the customer when it came into the stage.
    """

    _name = "crm.pool.stage.history"
    _description = "Stage History"
    _auto = False
    _log_access = False
    _order = "entered_at desc, id desc"
    _rec_name = "stage_code"
    _depends = {
        "crm.pool.log": [
            *("at", "action", "customer_id", "company_id", "owner_after_id"),
            *("stage_before", "stage_after"),
        ],
    }

    customer_id = fields.Many2one(comodel_name="crm.pool.customer", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Person", readonly=True)
    stage_code = fields.Selection(selection=STAGE_CODES, string="Stage", readonly=True)
    next_stage_code = fields.Selection(
        selection=STAGE_CODES, string="Next Stage", readonly=True
    )
    entered_at = fields.Datetime(string="Entered", readonly=True)
    left_at = fields.Datetime(string="Left", readonly=True)
    days = fields.Float(
        string="Days in Stage",
        digits=(16, 1),
        aggregator="avg",
        readonly=True,
        help="Until now while the customer stands there.",
    )
    success = fields.Float(
        string="Success Rate (%)",
        digits=(16, 1),
        aggregator="avg",
        readonly=True,
        help="Of those that left the stage, how many went to a higher one. Empty while "
        "the customer stands there.",
    )

    @api.model
    def _read_group_orderby(self, order, groupby_terms, query):
        """Stages in the order in which customers go through them, not by letters."""
        ranked = {
            term: SQL("array_position(%s, %s::text)", list(STAGES), groupby_terms[term])
            for term in ("stage_code", "next_stage_code")
            if term in groupby_terms
        }
        terms = {**groupby_terms, **ranked}
        result = super()._read_group_orderby(order, terms, query)
        # core adds what a Many2one is ordered by
        groupby_terms.update({t: sql for t, sql in terms.items() if t not in ranked})
        return result

    @property
    def _table_query(self):
        rank = SQL(" ").join(
            SQL("WHEN %s THEN %s", code, number) for number, code in enumerate(STAGES)
        )
        # the end is looked up for each row: a window over all rows would read the
        # whole log for one month
        return SQL(
            """
            SELECT entry.id, entry.customer_id, entry.company_id,
                   entry.owner_after_id AS user_id, entry.stage_after AS stage_code,
                   later.stage_after AS next_stage_code, entry.at AS entered_at,
                   later.at AS left_at,
                   EXTRACT(EPOCH FROM COALESCE(later.at, now() AT TIME ZONE 'UTC')
                                      - entry.at) / 86400 AS days,
                   CASE WHEN later.at IS NULL THEN NULL
                        WHEN CASE later.stage_after %(rank)s ELSE -1 END
                             > CASE entry.stage_after %(rank)s END
                        THEN 100.0 ELSE 0.0 END AS success
              FROM crm_pool_log AS entry
              LEFT JOIN LATERAL (
                    SELECT move.at, move.stage_after
                      FROM crm_pool_log AS move
                     WHERE move.customer_id = entry.customer_id AND move.id > entry.id
                       AND move.stage_after IS DISTINCT FROM entry.stage_after
                     ORDER BY move.id LIMIT 1) AS later ON TRUE
             WHERE entry.stage_after IS NOT NULL AND entry.customer_id IS NOT NULL
               AND (entry.action = 'enter'
                    OR entry.stage_before IS DISTINCT FROM entry.stage_after)
            """,
            rank=rank,
        )
