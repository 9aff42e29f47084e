from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import formatLang

from odoo.addons.crm_stage_pipeline.models.kept_many2one import KeptMany2one


class CrmIncentiveEntry(models.Model):
    """What one credit earns under one component. Append-only ledger.

    - Natural key: credit, plan, component code, revision. When a draft statement is
      computed anew and the result differs, a reversal and a new revision are added.
    - A formula's entry has no credit of its own: its key is participant, plan,
      component code, both periods, revision, and it tells what the formula was given.
    - ``base_before`` and ``base_after`` are the running total around the credit, the
      slices say how the step was paid: each entry explains itself.
    - ``amount_exact`` is unrounded; ``amount`` is rounded so that the entries of a
      person, component and period sum to the period's rounded earning.
    """

    _name = "crm.incentive.entry"
    _inherit = "crm.incentive.appended.mixin"
    _description = "Incentive Ledger Entry"
    _order = "date, credit_id.id, id"  # as its running total ran
    _log_access = False  # the run tells who and when; each key costs a bulk insert
    _rec_name = "document_name"

    # statements are never deleted
    statement_id = KeptMany2one(
        comodel_name="crm.incentive.statement",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    # periods with statements or entries refuse to be deleted
    period_id = KeptMany2one(
        comodel_name="crm.incentive.period",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    origin_period_id = KeptMany2one(
        comodel_name="crm.incentive.period",
        string="Period of Origin",
        readonly=True,
        ondelete="restrict",
    )
    kind = fields.Selection(
        selection=[("earned", "Earned"), ("adjustment", "Adjustment")],
        required=True,
        readonly=True,
    )
    # approved versions are kept, with their plan and components
    plan_id = KeptMany2one(
        comodel_name="crm.incentive.plan",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    version_id = KeptMany2one(
        comodel_name="crm.incentive.plan.version",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    component_id = KeptMany2one(
        comodel_name="crm.incentive.plan.component",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    component_code = fields.Char(required=True, readonly=True)
    window_key = fields.Char(string="Running Total", required=True, readonly=True)
    formula_version_id = fields.Many2one(
        comodel_name="crm.incentive.formula.version",
        string="Formula",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    # credits and entries are never deleted
    credit_id = KeptMany2one(
        comodel_name="crm.incentive.credit",
        readonly=True,
        ondelete="restrict",
    )
    partner_name = fields.Char(
        related="credit_id.partner_id.name",
        string="Customer",
        help="The name alone, as on the document: the reader may not see the customer.",
    )
    document_name = fields.Char(
        string="Document Reference", compute="_compute_document_name"
    )
    credit_amount = fields.Monetary(
        related="credit_id.amount",
        string="Credited",
        currency_field="credit_currency_id",
    )
    credit_currency_id = fields.Many2one(
        related="credit_id.currency_id", string="Document Currency"
    )
    exchange_rate = fields.Float(digits=(16, 12), required=True, readonly=True)
    base_amount = fields.Monetary(string="Counted", required=True, readonly=True)
    base_before = fields.Monetary(string="Total Before", required=True, readonly=True)
    base_after = fields.Monetary(string="Total After", required=True, readonly=True)
    inputs = fields.Json(readonly=True, help="What a formula was given.")
    slices = fields.Json(compute="_compute_slices", compute_sudo=True)
    slices_text = fields.Html(
        string="Calculation", compute="_compute_slices_text", sanitize=False
    )
    amount_exact = fields.Float(digits=(32, 12), required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    reversal_of_id = KeptMany2one(
        comodel_name="crm.incentive.entry", readonly=True, ondelete="restrict"
    )
    reversal_ids = fields.One2many(
        comodel_name="crm.incentive.entry", inverse_name="reversal_of_id"
    )

    _natural_unique = models.UniqueIndex(
        "(credit_id, plan_id, component_code, revision) WHERE reversal_of_id IS NULL"
    )
    _formula_unique = models.UniqueIndex(
        "(participant_id, plan_id, component_code, origin_period_id, period_id,"
        " revision) WHERE reversal_of_id IS NULL AND credit_id IS NULL"
    )
    _reversal_unique = models.UniqueIndex(
        "(reversal_of_id) WHERE reversal_of_id IS NOT NULL"
    )
    _told = models.Constraint(
        "CHECK (credit_id IS NOT NULL OR formula_version_id IS NOT NULL)",
        "An entry tells its credit or its formula.",
    )
    _person_idx = models.Index("(participant_id, period_id)")

    @api.depends_context("lang")
    @api.depends("credit_id", "component_id", "origin_period_id")
    def _compute_document_name(self):
        for entry in self:
            entry.document_name = (
                entry.credit_id.document_name
                if entry.credit_id
                else f"{entry.component_id.name} {entry.origin_period_id.name}"
            )

    @api.depends("inputs", "component_id", "base_before", "base_after")
    def _compute_slices(self):
        # the rate table of an approved component never changes
        for component, entries in self.grouped("component_id").items():
            table = component.rate_table_id and component.rate_table_id._to_rate_table()
            for entry in entries:
                entry.slices = entry.inputs or entry._slices_by(table)

    @api.depends_context("lang")
    @api.depends("slices", "currency_id")
    def _compute_slices_text(self):
        for entry in self:
            lines = [entry._slice_text(part) for part in entry.slices or []]
            entry.slices_text = Markup("<br/>").join(lines)

    def action_open_document(self):
        """The order or invoice behind the entry; of a formula, the credits it saw."""
        self.ensure_one()
        if self.credit_id:
            return self.credit_id.action_open_document()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_incentive.crm_incentive_credit_action"
        )
        formulas = self.formula_version_id.formula_id._closure()
        measures = formulas._version_on(self.origin_period_id.date_to).measure_ids
        action["domain"] = [
            ("participant_id", "=", self.participant_id.id),
            ("measure_id", "in", measures.ids),
            ("date", ">=", self.window_key),
            ("date", "<=", self.origin_period_id.date_to),
        ]
        return action

    def _slices_by(self, table):
        """How the step of the running total is paid by ``table``: exact, as texts.

        Nothing without one: an entry of a formula that an early version wrote.
        """
        if not table:
            return []
        before, after = (
            Decimal(str(self[name])) for name in ("base_before", "base_after")
        )
        result = []
        for part in table.step(self.component_id.mode, before, after):
            texts = {
                "lower": part.lower,
                "upper": part.upper,
                "width": part.width if table.end is not None else None,
                "value": part.value,
                "base": part.base,
                "amount": part.amount,
            }
            result.append(
                {
                    name: f"{value.normalize():f}"
                    for name, value in texts.items()
                    if value is not None
                }
            )
        return result

    def _slice_text(self, part):
        """One slice in the reader's language, amounts in the plan's currency."""

        def money(key):
            return formatLang(self.env, float(part[key]), currency_obj=self.currency_id)

        if "formula" in part:
            return part["formula"]
        if "name" in part:
            return f"{part['name']} = {float(part['value']):g}"
        if "total" in part:
            return self.env._(
                "%(total)s to date, less %(stated)s already stated",
                total=money("total"),
                stated=money("stated"),
            )
        value = float(part["value"])
        if part.get("width"):
            return self.env._(
                "%(base)s of %(width)s of the tier's %(value)s = %(amount)s",
                base=money("base"),
                width=money("width"),
                value=money("value"),
                amount=money("amount"),
            )
        return self.env._(
            "%(base)s at %(percent)s %% = %(amount)s",
            base=money("base"),
            percent=f"{value:g}",
            amount=money("amount"),
        )
