import time

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class CrmIncentiveRun(models.Model):
    """Computes a period: credits from documents, entries from credits, statements.

    - A run may be repeated: without new documents it changes nothing.
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

    def action_view_statements(self):
        """The statements of the run's period."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_incentive.crm_incentive_statement_action"
        )
        action["domain"] = [("period_id", "=", self.period_id.id)]
        return action

    def _execute(self):
        """The computation; returns values of this run with its lines."""
        started = time.monotonic()
        # the ledger is written for everybody, by rules no single reader has
        run_sudo = self.sudo()
        company = run_sudo.company_id
        run_sudo._guard()
        date_to = run_sudo._last_day()
        run_sudo.env["crm.incentive.plan.team"]._sync(company)
        before = run_sudo._statement_amounts(date_to)
        added = reversed_count = 0
        measures = run_sudo._measures(date_to)
        for measure in measures:
            counts = run_sudo.env["crm.incentive.credit"]._collect(
                measure, date_to, run_sudo
            )
            added += counts[0]
            reversed_count += counts[1]
        statements_sudo = run_sudo.env["crm.incentive.statement"]
        statements_sudo._ensure_assigned(run_sudo.period_id)
        ledger = run_sudo.env["crm.incentive.ledger"]._update(
            company, date_to, run_sudo
        )
        statements_sudo._refresh_amounts(company, date_to)
        after = run_sudo._statement_amounts(date_to)
        return {
            "credits_added": added,
            "credits_reversed": reversed_count,
            "entries_added": ledger["added"],
            "entries_reversed": ledger["reversed"],
            "note": run_sudo._explain(measures, ledger),
            "lines": self._differences(before, after),
            "duration": time.monotonic() - started,
        }

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

    def _statement_amounts(self, date_to):
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
                   AND period.date_to <= %s
                """,
                self.company_id.id,
                date_to,
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

    def _explain(self, measures, ledger):
        """What the reader should know, above all why a period is empty."""
        notes = []
        if not measures:
            notes.append(self.env._("No approved plan is in force in this period."))
        if ledger["unconverted"]:
            notes.append(
                self.env._(
                    "No exchange rate on or before the date, left out: %(names)s.",
                    names=", ".join(ledger["unconverted"]),
                )
            )
        if ledger["waiting"]:
            notes.append(
                self.env._(
                    "%(count)s credits wait for the next period: the statement they "
                    "belong to has left the draft.",
                    count=ledger["waiting"],
                )
            )
        notes += [self._explain_formula(*each) for each in ledger["problems"]]
        notes += self._explain_credits(measures)
        return "\n".join(notes)

    def _explain_formula(self, participant, component, period, result):
        """Whose formula could not be computed, and why; he earns nothing by it."""
        return self.env._(
            "%(person)s, %(component)s, %(period)s: no amount. %(formula)s: %(why)s",
            person=participant.name,
            component=component.name,
            period=period.name,
            formula=result.culprit,
            why=self.env["crm.incentive.formula"]._explain_problem(result.problem),
        )

    def _explain_credits(self, measures):
        """Measures without credits in the period, and what went to the house."""
        counts = self._credit_counts()
        notes = []
        for measure in measures:
            total, unclaimed = counts.get(measure.id, (0, 0))
            if not total:
                notes.append(
                    self.env._(
                        "%(measure)s: no document counts in this period.",
                        measure=measure.name,
                    )
                )
            if unclaimed:
                notes.append(
                    self.env._(
                        "%(measure)s: %(count)s credits went to the house, because "
                        "nobody of the deal is a participant.",
                        measure=measure.name,
                        count=unclaimed,
                    )
                )
        return notes

    def _credit_counts(self):
        """{measure id: (credits of the period, those the house got unasked)}."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT credit.measure_id, COUNT(*),
                       COUNT(*) FILTER (WHERE participant.kind = 'house'
                                          AND rule.receiver <> 'house')
                  FROM crm_incentive_credit credit
                  JOIN crm_incentive_participant participant
                    ON participant.id = credit.participant_id
                  JOIN crm_incentive_credit_rule rule ON rule.id = credit.rule_id
                 WHERE credit.company_id = %s AND credit.date BETWEEN %s AND %s
                   AND credit.reversal_of_id IS NULL
              GROUP BY credit.measure_id
                """,
                self.company_id.id,
                self.period_id.date_from,
                self.period_id.date_to,
            )
        )
        return {row[0]: row[1:] for row in rows}

    def _store(self, result, state):
        lines = result.pop("lines")
        self.write(
            {
                **result,
                "state": state,
                "user_id": self.env.uid,
                "done_at": fields.Datetime.now(),
                "line_ids": [
                    fields.Command.clear(),
                    *map(fields.Command.create, lines),
                ],
            }
        )


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
