from odoo import api, fields, models
from odoo.exceptions import UserError

from ..formula.tokens import is_name


class CrmIncentiveComponentGrid(models.TransientModel):
    """A component paid by a rate by two figures, without writing a formula.

    - The row of the grid is the measure's running total; the column is how much of its
      target is attained, or the total of another measure. The percentage found pays the
      whole total.
    - What is made is a formula in force from the version's first day, so a statement
      explains it as any other; it can be read and copied, and stands with the version.
    """

    _name = "crm.incentive.component.grid"
    _description = "Incentive Component by Two Figures"
    _check_company_auto = True

    version_id = fields.Many2one(
        comodel_name="crm.incentive.plan.version",
        required=True,
        ondelete="cascade",
        domain=[("state", "=", "draft")],
    )
    company_id = fields.Many2one(related="version_id.company_id")
    name = fields.Char(required=True)
    code = fields.Char(
        required=True, default="grid", help="Of the component and of its formula."
    )
    measure_id = fields.Many2one(
        comodel_name="crm.incentive.measure",
        required=True,
        ondelete="cascade",
        check_company=True,
    )
    table_id = fields.Many2one(
        comodel_name="crm.incentive.rate.table",
        string="Grid",
        required=True,
        ondelete="cascade",
        check_company=True,
        domain=[("kind", "=", "grid"), ("code", "!=", False)],
    )
    column = fields.Selection(
        selection=[
            ("attainment", "Attainment of the Measure"),
            ("measure", "Another Measure"),
        ],
        required=True,
        default="attainment",
        help="An attainment of 1 is the target.",
    )
    column_measure_id = fields.Many2one(
        comodel_name="crm.incentive.measure",
        string="Second Measure",
        ondelete="cascade",
        check_company=True,
    )
    expression = fields.Char(string="Formula", compute="_compute_expression")

    @api.depends("measure_id", "table_id", "column", "column_measure_id")
    def _compute_expression(self):
        for wizard in self:
            row, table = wizard.measure_id.code, wizard.table_id.code
            second = (
                f"attainment({row})"
                if wizard.column == "attainment"
                else wizard.column_measure_id.code
            )
            wizard.expression = (
                row
                and table
                and second
                and f"{row} * grid({table}, {row}, {second}) / 100"
            )

    def action_add(self):
        """Add the component to the version, by a formula of its own."""
        self.ensure_one()
        if not self.expression:
            raise UserError(self.env._("Name the second measure."))
        if not is_name(self.code):
            raise UserError(
                self.env._("%(code)s cannot be a name in formulas.", code=self.code)
            )
        formula = self.env["crm.incentive.formula"].create(
            {
                "name": self.name,
                "code": self._free_code(),
                "company_id": self.company_id.id,
                "version_ids": [
                    fields.Command.create(
                        {
                            "date_from": self.version_id.date_from,
                            "expression": self.expression,
                        }
                    )
                ],
            }
        )
        formula.version_ids.action_approve()
        self.env["crm.incentive.plan.component"].create(
            {
                "version_id": self.version_id.id,
                "name": self.name,
                "code": self.code,
                "kind": "formula",
                "formula_id": formula.id,
            }
        )
        return {"type": "ir.actions.act_window_close"}

    def _free_code(self):
        """The code, or with a number behind it where something has that name."""
        names = self.env["crm.incentive.formula"]._known_names(self.company_id)
        taken = {record.code for records in names.values() for record in records}
        code, number = self.code, 2
        while code in taken:
            code, number = f"{self.code}_{number}", number + 1
        return code
