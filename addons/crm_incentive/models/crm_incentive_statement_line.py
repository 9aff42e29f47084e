from odoo import api, fields, models
from odoo.tools import SQL


class CrmIncentiveStatementLine(models.Model):
    """One component on a statement: the sum of its ledger entries, never a copy."""

    _name = "crm.incentive.statement.line"
    _description = "Incentive Statement Line"
    _auto = False
    _order = "statement_id, kind desc, origin_period_id, id"

    statement_id = fields.Many2one(
        comodel_name="crm.incentive.statement", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant", readonly=True
    )
    name = fields.Char(compute="_compute_name")
    plan_id = fields.Many2one(comodel_name="crm.incentive.plan", readonly=True)
    component_id = fields.Many2one(
        comodel_name="crm.incentive.plan.component", readonly=True
    )
    component_code = fields.Char(readonly=True)
    kind = fields.Selection(
        selection=[("earned", "Earned"), ("adjustment", "Adjustment")], readonly=True
    )
    origin_period_id = fields.Many2one(
        comodel_name="crm.incentive.period", string="Period of Origin", readonly=True
    )
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    entry_count = fields.Integer(string="Entries", readonly=True)
    base_amount = fields.Monetary(string="Counted", readonly=True)
    amount = fields.Monetary(readonly=True)

    @api.depends_context("lang")
    @api.depends("plan_id", "component_id", "kind", "origin_period_id")
    def _compute_name(self):
        for line in self:
            name = f"{line.plan_id.name}: {line.component_id.name}"
            if line.kind == "adjustment":
                name = self.env._(
                    "%(name)s, adjustment of %(period)s",
                    name=name,
                    period=line.origin_period_id.name or "?",
                )
            line.name = name

    def action_view_entries(self):
        """The entries that make up the line."""
        self.ensure_one()
        action = self.statement_id.action_view_entries()
        action["domain"] += [
            ("plan_id", "=", self.plan_id.id),
            ("component_code", "=", self.component_code),
            ("kind", "=", self.kind),
            ("origin_period_id", "=", self.origin_period_id.id),
            ("reversal_of_id", "=", False),
            ("reversal_ids", "=", False),
        ]
        return action

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT MIN(entry.id) AS id, entry.statement_id, entry.company_id,
                   entry.participant_id, entry.plan_id,
                   MAX(entry.component_id) AS component_id, entry.component_code,
                   entry.kind, entry.origin_period_id, entry.currency_id,
                   COUNT(*) AS entry_count, SUM(entry.base_amount) AS base_amount,
                   SUM(entry.amount) AS amount
              FROM crm_incentive_entry entry
             WHERE %s
          GROUP BY entry.statement_id, entry.company_id, entry.participant_id,
                   entry.plan_id, entry.component_code, entry.kind,
                   entry.origin_period_id, entry.currency_id
            """,
            self.env["crm.incentive.entry"]._stands("entry"),
        )
