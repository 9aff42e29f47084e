from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class CrmIncentiveAccrual(models.TransientModel):
    """The cost of commission at a period's end: an entry, and its reversal a day later.

    - What statements up to the period owe and neither a bill nor a payroll file pays
      yet, in the company's currency at the rate of the period's last day.
    - Both entries are drafts, for the accountant to look at and post; a period is
      accrued once, unless its entry was cancelled or deleted.
    """

    _name = "crm.incentive.accrual"
    _description = "Incentive Accrual"
    _check_company_auto = True

    period_id = fields.Many2one(
        comodel_name="crm.incentive.period", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="period_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    journal_id = fields.Many2one(
        comodel_name="account.journal",
        required=True,
        check_company=True,
        domain=[("type", "=", "general")],
    )
    expense_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Cost of Commission",
        required=True,
        check_company=True,
        domain=[("account_type", "in", ("expense", "expense_direct_cost"))],
    )
    liability_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Commission Owed",
        required=True,
        check_company=True,
        domain=[("account_type", "=", "liability_current")],
    )
    amount = fields.Monetary(compute="_compute_amount", compute_sudo=True)

    @api.depends("period_id")
    def _compute_amount(self):
        for accrual in self:
            accrual.amount = accrual._owed()

    def action_accrue(self):
        """Make the drafts; the period remembers its entry."""
        self.ensure_one()
        if not self.env["account.move"].has_access("create"):
            raise UserError(
                self.env._("You may not make journal entries: ask an accountant.")
            )
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            raise UserError(
                self.env._(
                    "Nothing is owed at the end of %(period)s: there is nothing to "
                    "accrue.",
                    period=self.period_id.name,
                )
            )
        move = self.period_id.accrual_move_id
        if move and move.state != "cancel":
            raise UserError(
                self.env._(
                    "%(period)s is accrued by %(entry)s: cancel that entry first.",
                    period=self.period_id.name,
                    entry=move.display_name,
                )
            )
        move = self.env["account.move"].create(self._prepare_move_vals())
        reversal = move._reverse_moves(
            [{"date": fields.Date.add(self.period_id.date_to, days=1)}]
        )
        # a planner's right on periods is not an accountant's
        self.period_id.sudo().accrual_move_id = move
        return (move | reversal)._get_records_action(name=self.env._("Accrual"))

    def _owed(self):
        statements = self.env["crm.incentive.statement"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("period_id.date_to", "<=", self.period_id.date_to),
                ("payable", ">", 0),
            ]
        )
        unpaid = statements.filtered(lambda s: s.payout_state in ("open", "none"))
        return sum(
            statement.currency_id._convert(
                statement.payable,
                self.currency_id,
                self.company_id,
                self.period_id.date_to,
            )
            for statement in unpaid
        )

    def _prepare_move_vals(self):
        label = self.env._("Commission of %(period)s", period=self.period_id.name)
        return {
            "move_type": "entry",
            "journal_id": self.journal_id.id,
            "date": self.period_id.date_to,
            "ref": label,
            "line_ids": [
                Command.create(
                    {
                        "name": label,
                        "account_id": self.expense_account_id.id,
                        "debit": self.amount,
                    }
                ),
                Command.create(
                    {
                        "name": label,
                        "account_id": self.liability_account_id.id,
                        "credit": self.amount,
                    }
                ),
            ],
        }


class CrmIncentivePeriod(models.Model):
    """A period whose cost was accrued."""

    _inherit = "crm.incentive.period"

    accrual_move_id = fields.Many2one(
        comodel_name="account.move",
        string="Accrual",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        check_company=True,
    )
