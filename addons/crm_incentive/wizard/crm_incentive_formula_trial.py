from odoo import api, fields, models
from odoo.tools import formatLang


class CrmIncentiveFormulaTrial(models.TransientModel):
    """A formula tried on a person, a plan's running total and a period.

    The text may be a draft; formulas that it uses are those in force. Reads only.
    """

    _name = "crm.incentive.formula.trial"
    _description = "Incentive Formula Trial"
    _check_company_auto = True

    version_id = fields.Many2one(
        comodel_name="crm.incentive.formula.version", required=True, ondelete="cascade"
    )
    expression = fields.Text(related="version_id.expression")
    company_id = fields.Many2one(related="version_id.company_id")
    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant",
        required=True,
        check_company=True,
        ondelete="cascade",
    )
    plan_id = fields.Many2one(
        comodel_name="crm.incentive.plan",
        required=True,
        check_company=True,
        ondelete="cascade",
        help="Its currency and running total are used.",
    )
    period_id = fields.Many2one(
        comodel_name="crm.incentive.period",
        required=True,
        check_company=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="plan_id.currency_id")
    result = fields.Text(compute="_compute_result")
    problem = fields.Char(compute="_compute_result")

    @api.depends("version_id", "participant_id", "plan_id", "period_id")
    def _compute_result(self):
        for trial in self:
            trial.result = trial.problem = False
            if trial.participant_id and trial.plan_id and trial.period_id:
                trial.result, trial.problem = trial._try()

    def _try(self):
        """(what came out and from what, None), or (what went in, the problem)."""
        engine = self.env["crm.incentive.formula.engine"].with_context(
            crm_incentive_trial_version_id=self.version_id.id
        )
        formula = self.version_id.formula_id.with_env(engine.env)
        book = engine._book(
            self.plan_id, formula, self.period_id.date_to, self.participant_id
        )
        result = engine._evaluate(
            book, formula, self.participant_id._origin.id, self.period_id
        )
        lines = [f"{name} = {value.normalize():f}" for name, value in result.inputs]
        if result.problem:
            why = formula._explain_problem(result.problem)
            return "\n".join(lines), f"{result.culprit}: {why}"
        money = formatLang(
            self.env, float(result.value), currency_obj=self.plan_id.currency_id
        )
        return "\n".join([*lines, f"= {money}"]), False
