import base64

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..report.statement_xlsx import Sheet, workbook


class CrmIncentivePayout(models.Model):
    """How a posted statement is paid: a vendor bill, or a line of a payroll file.

    - A statement is paid once. When its bill is cancelled or deleted it is open again,
      and the next payout is another attempt; two at once exclude each other by its
      number.
    - Invoices and bills know nothing of this: what became of the bill is read from it.
    """

    _name = "crm.incentive.payout"
    _description = "Incentive Payout"
    _order = "id desc"
    _check_company_auto = True

    statement_id = fields.Many2one(
        comodel_name="crm.incentive.statement",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    participant_id = fields.Many2one(
        related="statement_id.participant_id", store=True, index=True
    )
    company_id = fields.Many2one(related="statement_id.company_id", store=True)
    currency_id = fields.Many2one(related="statement_id.currency_id")
    amount = fields.Monetary(related="statement_id.payable")
    attempt = fields.Integer(required=True, readonly=True)
    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Bill",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
    )
    payroll_id = fields.Many2one(
        comodel_name="crm.incentive.payroll",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    state = fields.Selection(
        selection=[
            ("billed", "Billed"),
            ("paid", "Paid"),
            ("cancelled", "Cancelled"),
            ("payroll", "In Payroll"),
        ],
        compute="_compute_state",
        compute_sudo=True,
    )

    _attempt_unique = models.Constraint(
        "UNIQUE (statement_id, attempt)",
        "The statement is being paid by somebody else.",
    )
    _way = models.Constraint(
        "CHECK ((move_id IS NULL) <> (payroll_id IS NULL))",
        "A payout is a bill or a line of a payroll file.",
    )

    # not on the bill's fields: posting an invoice would have to look for payouts
    @api.depends("move_id", "payroll_id")
    def _compute_state(self):
        for payout in self:
            bill = payout.move_id
            if not bill:
                payout.state = "payroll"
            elif bill.state == "cancel" or bill.payment_state == "reversed":
                payout.state = "cancelled"
            elif bill.payment_state in ("paid", "in_payment"):
                payout.state = "paid"
            else:
                payout.state = "billed"


class CrmIncentivePayroll(models.Model):
    """A file of amounts for the payroll, made once and kept."""

    _name = "crm.incentive.payroll"
    _description = "Incentive Payroll File"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    file = fields.Binary(readonly=True, attachment=True)
    payout_ids = fields.One2many(
        comodel_name="crm.incentive.payout",
        inverse_name="payroll_id",
        string="Lines",
        readonly=True,
    )


class CrmIncentiveParticipant(models.Model):
    """How a participant is paid."""

    _inherit = "crm.incentive.participant"

    payout = fields.Selection(
        selection=[("payroll", "Payroll File"), ("bill", "Vendor Bill")],
        compute="_compute_payout",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        string="Paid Through",
    )

    @api.depends("kind")
    def _compute_payout(self):
        for participant in self:
            staff = participant.kind in ("representative", "house")
            participant.payout = "payroll" if staff else "bill"


class CrmIncentiveStatement(models.Model):
    """A statement that is paid."""

    _inherit = "crm.incentive.statement"

    payout_ids = fields.One2many(
        comodel_name="crm.incentive.payout", inverse_name="statement_id", readonly=True
    )
    payout_state = fields.Selection(
        selection=[
            ("none", "Nothing to Pay"),
            ("open", "To Pay"),
            ("billed", "Billed"),
            ("payroll", "In Payroll"),
            ("paid", "Paid"),
        ],
        string="Payment",
        compute="_compute_payout_state",
        compute_sudo=True,
    )

    @api.depends("state", "payable", "payout_ids.move_id", "payout_ids.payroll_id")
    def _compute_payout_state(self):
        for statement in self:
            running = statement.payout_ids.filtered(lambda p: p.state != "cancelled")
            if running:
                statement.payout_state = running[0].state
            elif statement.state == "posted" and statement.payable > 0:
                statement.payout_state = "open"
            else:
                statement.payout_state = "none"

    def action_pay(self):
        """Bills for who is paid by bill, one payroll file for the others."""
        self._check_group("crm_incentive.crm_incentive_group_manager")
        self._check_to_pay()
        bills = self.filtered(lambda s: s.participant_id.payout == "bill")
        moves = bills._make_bills()
        payrolls = (self - bills)._make_payrolls()
        if payrolls and not moves:
            return payrolls._get_records_action()
        return moves._get_records_action(name=self.env._("Bills"))

    def _check_to_pay(self):
        wrong = self.filtered(lambda s: s.payout_state != "open")
        if wrong:
            raise UserError(
                self.env._(
                    "%(name)s has nothing to pay: it is not posted, nothing is due, or "
                    "it is paid already.",
                    name=wrong[0].display_name,
                )
            )

    def _make_bills(self):
        """Draft vendor bills, by the caller's own right to make them."""
        if self and not self.env["account.move"].has_access("create"):
            raise AccessError(self.env._("You may not make vendor bills."))
        moves = self.env["account.move"]
        for statement in self:
            move = moves.create(statement._prepare_bill_vals())
            statement._note_payout({"move_id": move.id})
            moves += move
        return moves

    def _prepare_bill_vals(self):
        partner = self.participant_id.partner_id
        label = self.with_context(lang=partner.lang).env._(
            "Incentives of %(period)s", period=self.period_id.name
        )
        return {
            "move_type": "in_invoice",
            "company_id": self.company_id.id,
            "partner_id": partner.id,
            "currency_id": self.currency_id.id,
            "invoice_origin": self.display_name,
            "invoice_date": fields.Date.context_today(self),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": label,
                        "quantity": 1,
                        "price_unit": self.payable,
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
        }

    def _make_payrolls(self):
        """One file for each company, with a line for each statement."""
        payrolls = self.env["crm.incentive.payroll"]
        for company, statements in self.grouped("company_id").items():
            # nobody writes payout files by hand: this is the only way
            payroll_sudo = payrolls.sudo().create(
                {
                    "name": self.env._(
                        "Incentives %(day)s",
                        day=fields.Date.to_string(fields.Date.context_today(self)),
                    ),
                    "company_id": company.id,
                    "file": base64.b64encode(workbook([statements._payroll_sheet()])),
                }
            )
            for statement in statements:
                statement._note_payout({"payroll_id": payroll_sudo.id})
            payrolls += payrolls.browse(payroll_sudo.id)
        return payrolls

    def _payroll_sheet(self):
        return Sheet(
            name=self.env._("Payroll"),
            header=(
                self.env._("Participant"),
                self.env._("Period"),
                self.env._("First Day"),
                self.env._("Last Day"),
                self.env._("Payable"),
                self.env._("Currency"),
            ),
            formats=("text", "text", "date", "date", "money", "text"),
            widths=(32, 14, 12, 12, 16, 10),
            rows=tuple(
                (
                    statement.participant_id.name,
                    statement.period_id.name,
                    statement.period_id.date_from,
                    statement.period_id.date_to,
                    statement.payable,
                    statement.currency_id.name,
                )
                for statement in self
            ),
        )

    def _note_payout(self, values):
        """Remember how the statement is paid; the attempt after a cancelled one."""
        # nobody writes payouts by hand: this is the only way
        payouts_sudo = self.env["crm.incentive.payout"].sudo()
        payouts_sudo.create(
            {
                "statement_id": self.id,
                "attempt": max(self.payout_ids.mapped("attempt"), default=0) + 1,
                **values,
            }
        )
