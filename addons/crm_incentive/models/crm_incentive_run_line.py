from odoo import api, fields, models
from odoo.tools import SQL


class CrmIncentiveRunLine(models.Model):
    """How a run changed, or would change, one statement's earning."""

    _name = "crm.incentive.run.line"
    _description = "Incentive Run Difference"
    _order = "run_id, period_id, participant_id, id"

    run_id = fields.Many2one(
        comodel_name="crm.incentive.run", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant", required=True, ondelete="restrict"
    )
    period_id = fields.Many2one(
        comodel_name="crm.incentive.period", required=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(comodel_name="res.currency", required=True)
    before = fields.Monetary()
    after = fields.Monetary()
    difference = fields.Monetary(compute="_compute_difference")

    @api.depends("before", "after")
    def _compute_difference(self):
        for line in self:
            line.difference = line.after - line.before

    @api.model
    def _append(self, run, lines):
        """Write the differences of ``run``, dicts of values, by one statement."""
        if not lines:
            return
        names = ("participant_id", "period_id", "currency_id", "before", "after")
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_incentive_run_line (
                    participant_id, period_id, currency_id, before, after, run_id,
                    company_id, create_uid, create_date, write_uid, write_date)
                SELECT line.*, %(run)s, %(company)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM UNNEST(%(values)s) line
                """,
                run=run.id,
                company=run.company_id.id,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                values=SQL(", ").join(
                    SQL("%s::numeric[]", [line[name] for line in lines])
                    if name in ("before", "after")
                    else SQL("%s::integer[]", [line[name] for line in lines])
                    for name in names
                ),
            )
        )
        run.invalidate_recordset(["line_ids"])
