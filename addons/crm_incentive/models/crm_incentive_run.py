import time

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .crm_incentive_ledger_step import MANY

# what the ledger chooses credits by
_LEARNT = ("participant_id", "measure_id", "company_id", "date", "reversal_of_id")


class CrmIncentiveRun(models.Model):
    """Computes a period: credits from documents, entries from credits, statements.

    - A run may be repeated: without new documents it changes nothing.
    - An incremental run looks at marked documents and the people they concern; where
      plans, people or rates changed, or other days are computed, it is a full one.
    - The preview is the same computation, undone; it keeps the differences only.
    - Statements that have left the draft do not change; what comes late for them goes
      as an adjustment to the next open period.
    - Two runs of a company exclude each other by the open periods' guard counter.
    """

    _name = "crm.incentive.run"
    _description = "Incentive Run"
    _order = "id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    period_id = fields.Many2one(
        comodel_name="crm.incentive.period",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        domain=[("state", "=", "open")],
    )
    state = fields.Selection(
        selection=[("draft", "Draft"), ("previewed", "Previewed"), ("done", "Done")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    scope = fields.Selection(
        selection=[("full", "Full"), ("incremental", "Incremental")],
        default="full",
        required=True,
        help="Full: every document is compared. Incremental: only what changed since "
        "the last run.",
    )
    mark_count = fields.Integer(
        string="Changes Waiting", compute="_compute_mark_count", compute_sudo=True
    )
    is_full = fields.Boolean(string="Computed in Full", readonly=True, copy=False)
    computed_to = fields.Date(string="Computed Up To", readonly=True, copy=False)
    user_id = fields.Many2one(
        comodel_name="res.users", string="Started By", readonly=True, copy=False
    )
    done_at = fields.Datetime(readonly=True, copy=False)
    duration = fields.Float(string="Seconds", readonly=True, copy=False)
    credits_added = fields.Integer(readonly=True, copy=False)
    credits_reversed = fields.Integer(readonly=True, copy=False)
    entries_added = fields.Integer(readonly=True, copy=False)
    entries_reversed = fields.Integer(readonly=True, copy=False)
    note = fields.Text(string="Remarks", readonly=True, copy=False)
    line_ids = fields.One2many(
        comodel_name="crm.incentive.run.line",
        inverse_name="run_id",
        string="Differences",
        readonly=True,
        copy=False,
    )

    @api.depends("period_id.name", "done_at")
    def _compute_display_name(self):
        for run in self:
            moment = fields.Datetime.context_timestamp(
                run, run.done_at or run.create_date or fields.Datetime.now()
            )
            run.display_name = f"{run.period_id.name or ''} {moment:%Y-%m-%d %H:%M}"

    def _compute_mark_count(self):
        marks = self.env["crm.incentive.mark"]
        counts = dict(
            marks._read_group(
                [("company_id", "in", self.company_id.ids)], ["company_id"], ["__count"]
            )
        )
        for run in self:
            run.mark_count = counts.get(run.company_id, 0)

    def write(self, vals):
        if any(run.state == "done" for run in self):
            raise UserError(self.env._("A finished run is not changed: start another."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if any(run.state == "done" for run in self):
            raise UserError(self.env._("A finished run is kept."))

    def action_preview(self):
        """Show what a run would change; nothing else is written."""
        self.ensure_one()
        self.check_access("write")
        self.env.flush_all()
        with self.env.cr.savepoint() as savepoint:
            result = self._execute()
            savepoint.rollback()
        self.env.invalidate_all()
        self._store(result, "previewed")
        return True

    def action_run(self):
        """Compute the period and write the differences."""
        self.ensure_one()
        self.check_access("write")
        self._store(self._execute(), "done")
        return True

    def action_view_marks(self):
        """What changed since the last run."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_incentive.crm_incentive_mark_action"
        )
        action["domain"] = [("company_id", "=", self.company_id.id)]
        return action

    def action_view_statements(self):
        """The statements of the run's period."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_incentive.crm_incentive_statement_action"
        )
        action["domain"] = [("period_id", "=", self.period_id.id)]
        return action

    @api.model
    def _cron_follow(self, scope):
        """Compute the period of today for every company with plans.

        Incremental runs only where something waits.
        """
        marks = self.env["crm.incentive.mark"]
        for company in self.env["res.company"].browse(sorted(marks._companies())):
            period = self.env["crm.incentive.period"].search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "open"),
                    ("date_from", "<=", fields.Date.context_today(self)),
                ],
                limit=1,
            )
            waits = marks.search_count([("company_id", "=", company.id)], limit=1)
            if period and (waits or scope == "full"):
                run = self.create(
                    {
                        "company_id": company.id,
                        "period_id": period.id,
                        "scope": scope,
                    }
                )
                run.action_run()

    def _execute(self):
        """The computation; returns values of this run with its lines."""
        started = time.monotonic()
        # the ledger is written for everybody, by rules no single reader has
        run_sudo = self.sudo()
        company = run_sudo.company_id
        run_sudo._guard()
        date_to = run_sudo._last_day()
        run_sudo.env["crm.incentive.plan.team"]._sync(company)
        marked = run_sudo.env["crm.incentive.mark"]._take(company)
        is_full = run_sudo._must_be_full(marked, date_to)
        if is_full:
            run_sudo._make_room()
        measures = run_sudo._measures(date_to)
        added, reversed_count, people = run_sudo._collect(
            measures, date_to, None if is_full else marked
        )
        statements_sudo = run_sudo.env["crm.incentive.statement"]
        statements_sudo._ensure_assigned(run_sudo.period_id)
        before = run_sudo._statement_amounts(date_to, people)
        ledger = {"added": 0, "reversed": 0}
        if people != []:
            ledger = run_sudo.env["crm.incentive.ledger"]._update(
                company, date_to, run_sudo, people
            )
            statements_sudo._refresh_amounts(company, date_to, people)
        after = run_sudo._statement_amounts(date_to, people)
        return {
            "is_full": is_full,
            "computed_to": date_to,
            "credits_added": added,
            "credits_reversed": reversed_count,
            "entries_added": ledger["added"],
            "entries_reversed": ledger["reversed"],
            "note": run_sudo._explain(measures, ledger, is_full),
            "lines": self._differences(before, after),
            "duration": time.monotonic() - started,
        }

    def _must_be_full(self, marked, date_to):
        """Whether marks do not tell all: they begin with a run up to the same day."""
        if self.scope == "full" or "res.company" in marked:
            return True
        last = self.search(
            [("company_id", "=", self.company_id.id), ("state", "=", "done")],
            order="done_at desc, id desc",
            limit=1,
        )
        return last.computed_to != date_to

    def _collect(self, measures, date_to, marked):
        """Credits of the documents of ``marked`` models, or of all when it is None.

        Returns (added, reversed, ids of the people concerned or None for all).
        """
        credits = self.env["crm.incentive.credit"]
        added = reversed_count = 0
        people = set()
        if marked:
            query = self.env["crm.incentive.mark"]._marked("crm.incentive.participant")
            people.update(row[0] for row in self.env.execute_query(query))
        for measure in measures:
            source = measure._source()
            touched = None
            if marked is not None:
                if source is None or source._document_model not in marked:
                    continue
                touched = source._chosen_documents()
            counts = credits._collect(measure, date_to, self, touched)
            added += counts[0]
            reversed_count += counts[1]
            people.update(counts[2])
        if added >= MANY:
            self.env["crm.incentive.ledger"]._learn("crm_incentive_credit", _LEARNT)
        return added, reversed_count, None if marked is None else sorted(people)

    def _make_room(self):
        """Let the database sort a year's lines in memory, for this transaction."""
        self.env.cr.execute(
            SQL(
                """
                SELECT SET_CONFIG('work_mem', %(size)s, TRUE)
                 WHERE PG_SIZE_BYTES(CURRENT_SETTING('work_mem'))
                       < PG_SIZE_BYTES(%(size)s)
                """,
                size="64MB",
            )
        )

    def _guard(self):
        """Exclude another run of the company; refuse a closed period."""
        self.env.flush_all()
        touched = self.env.execute_query(
            SQL(
                """
                UPDATE crm_incentive_period SET run_count = COALESCE(run_count, 0) + 1
                 WHERE company_id = %s AND state = 'open' RETURNING id
                """,
                self.company_id.id,
            )
        )
        self.env["crm.incentive.period"].invalidate_model(["run_count"])
        if (self.period_id.id,) not in touched:
            raise UserError(
                self.env._("Period %(name)s is closed.", name=self.period_id.name)
            )

    def _last_day(self):
        """End of the last open period that has draft entries, at least of this one."""
        [(last,)] = self.env.execute_query(
            SQL(
                """
                SELECT MAX(period.date_to)
                  FROM crm_incentive_period period
                 WHERE period.company_id = %(company)s AND period.state = 'open'
                   AND EXISTS (SELECT 1 FROM crm_incentive_statement statement
                                WHERE statement.period_id = period.id)
                """,
                company=self.company_id.id,
            )
        )
        return max(last or self.period_id.date_to, self.period_id.date_to)

    def _measures(self, date_to):
        """Measures that approved versions use."""
        components = self.env["crm.incentive.plan.component"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("version_id.state", "=", "approved"),
                ("version_id.date_from", "<=", date_to),
            ]
        )
        formulas = components.formula_id._closure()
        named = formulas.version_ids.filtered(lambda v: v.state == "approved")
        return (components.measure_id | named.measure_ids).sorted("id")

    def _statement_amounts(self, date_to, people=None):
        """{(participant, period, currency): what is earned} of draft statements."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT statement.participant_id, statement.period_id,
                       statement.currency_id, COALESCE(statement.earned, 0)
                       + COALESCE(statement.adjustments, 0)
                  FROM crm_incentive_statement statement
                  JOIN crm_incentive_period period ON period.id = statement.period_id
                 WHERE statement.company_id = %s AND statement.state = 'draft'
                   AND period.date_to <= %s AND %s
                """,
                self.company_id.id,
                date_to,
                self.env["crm.incentive.ledger"]._of(
                    people, SQL("statement.participant_id")
                ),
            )
        )
        return {tuple(row[:3]): row[3] for row in rows}

    def _differences(self, before, after):
        result = []
        for key in sorted(before.keys() | after.keys()):
            old, new = before.get(key, 0), after.get(key, 0)
            if old != new:
                participant_id, period_id, currency_id = key
                result.append(
                    {
                        "participant_id": participant_id,
                        "period_id": period_id,
                        "currency_id": currency_id,
                        "before": old,
                        "after": new,
                    }
                )
        return result

    def _store(self, result, state):
        lines = result.pop("lines")
        self.write(
            {
                **result,
                "state": state,
                "user_id": self.env.uid,
                "done_at": fields.Datetime.now(),
                "line_ids": [fields.Command.clear()],
            }
        )
        self.line_ids._append(self, lines)
