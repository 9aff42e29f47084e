from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError


class CrmIncentiveDispute(models.Model):
    """A participant's objection to a statement, answered by the planner.

    - Raised by the person the statement pays, about all of it or one entry.
    - Accepted, it asks for an adjustment, which another person approves; rejected, it
      says why. An answer is given once.
    - Open ones older than their answer day are shown as late.
    """

    _name = "crm.incentive.dispute"
    _description = "Incentive Dispute"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _check_company_auto = True

    @api.model
    def _default_answer_by(self):
        return fields.Date.add(fields.Date.context_today(self), days=7)

    statement_id = fields.Many2one(
        comodel_name="crm.incentive.statement",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    entry_id = fields.Many2one(
        comodel_name="crm.incentive.entry",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('statement_id', '=', statement_id)]",
    )
    participant_id = fields.Many2one(
        related="statement_id.participant_id", store=True, index=True
    )
    company_id = fields.Many2one(related="statement_id.company_id", store=True)
    currency_id = fields.Many2one(related="statement_id.currency_id")
    description = fields.Text(string="What Is Wrong", required=True)
    amount = fields.Monetary(
        string="Missing Amount", help="What should be added; negative to take away."
    )
    answer_by = fields.Date(
        required=True, readonly=True, default=lambda self: self._default_answer_by()
    )
    is_late = fields.Boolean(compute="_compute_is_late")
    state = fields.Selection(
        selection=[
            ("open", "Waiting"),
            ("accepted", "Accepted"),
            ("rejected", "Rejected"),
        ],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    answer = fields.Text(copy=False)
    answered_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    adjustment_id = fields.Many2one(
        comodel_name="crm.incentive.adjustment",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )

    @api.depends("statement_id.display_name")
    def _compute_display_name(self):
        for dispute in self:
            dispute.display_name = dispute.statement_id.display_name

    @api.depends("state", "answer_by")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for dispute in self:
            late = dispute.answer_by and dispute.answer_by < today
            dispute.is_late = bool(late) and dispute.state == "open"

    @api.constrains("entry_id", "statement_id")
    def _check_entry(self):
        for dispute in self:
            entry = dispute.entry_id
            if entry and entry.statement_id != dispute.statement_id:
                raise ValidationError(
                    self.env._("The entry is not one of the statement.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Raised by the payee alone; the state is the planner's to give."""
        decided = {"state", "answer", "answered_by_id", "adjustment_id", "answer_by"}
        for vals in vals_list:
            if decided & vals.keys():
                raise UserError(self.env._("Disputes are answered by their buttons."))
        disputes = super().create(vals_list)
        for dispute in disputes:
            payee = dispute.participant_id
            own = self.env.user in payee.user_id or (
                payee.partner_id == self.env.user.partner_id
            )
            if not own and not self.env.su:
                raise AccessError(self.env._("You may dispute your own statements."))
        return disputes

    def write(self, vals):
        kept = self._fields.keys() - self.env["mail.thread"]._fields.keys()
        if vals.keys() & kept - {"answer", "amount"}:
            raise UserError(self.env._("Disputes are answered by their buttons."))
        if vals.keys() & kept:
            self._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Disputes are kept."))

    def action_accept(self):
        """Agree: an adjustment of the amount, for another person to approve."""
        self._check_may_answer()
        for dispute in self:
            if not dispute.amount:
                raise UserError(self.env._("Say which amount is missing."))
            dispute._answer(
                "accepted",
                self.env["crm.incentive.adjustment"].create(
                    dispute._prepare_adjustment_vals()
                ),
            )
        return True

    def action_reject(self):
        """Disagree, with the reason as answer."""
        self._check_may_answer()
        for dispute in self:
            if not (dispute.answer or "").strip():
                raise UserError(self.env._("Say why in the answer."))
            dispute._answer("rejected", self.env["crm.incentive.adjustment"])
        return True

    def _prepare_adjustment_vals(self):
        return {
            "participant_id": self.participant_id.id,
            "period_id": self.statement_id.period_id.id,
            "currency_id": self.currency_id.id,
            "amount": self.amount,
            "reason": self.description,
        }

    def _answer(self, state, adjustment):
        # past write(), which lets nobody set the state
        vals = {
            "state": state,
            "answered_by_id": self.env.uid,
            "adjustment_id": adjustment.id,
        }
        result = super().write(vals)  # pylint: disable=super-method-mismatch
        self._notify_payee()
        return result

    def _notify_payee(self):
        """Tell the payee, in his language, that there is an answer."""
        for dispute in self:
            partner = dispute.participant_id.partner_id
            localized = dispute.with_context(lang=partner.lang)
            states = dict(
                localized._fields["state"]._description_selection(localized.env)
            )
            body = localized.env._(
                "Your dispute of %(statement)s was answered: %(state)s.",
                statement=dispute.statement_id.display_name,
                state=states[dispute.state],
            )
            answer = dispute.answer or ""
            dispute.message_notify(
                partner_ids=partner.ids,
                subject=body,
                body=Markup("<p>%s</p><p>%s</p>") % (body, answer),
            )

    def _check_may_answer(self):
        self.check_access("write")
        self._check_open()
        for dispute in self:
            if dispute.participant_id.user_id == self.env.user:
                raise UserError(
                    self.env._(
                        "%(name)s: nobody answers a dispute of his own.",
                        name=dispute.display_name,
                    )
                )

    def _check_open(self):
        answered = self.filtered(lambda dispute: dispute.state != "open")
        if answered:
            raise UserError(
                self.env._("%(name)s is answered.", name=answered[0].display_name)
            )


class CrmIncentiveStatement(models.Model):
    """A statement that its payee can dispute."""

    _inherit = "crm.incentive.statement"

    dispute_ids = fields.One2many(
        comodel_name="crm.incentive.dispute", inverse_name="statement_id"
    )
    is_mine = fields.Boolean(compute="_compute_is_mine")

    @api.depends_context("uid")
    @api.depends("participant_id.user_id")
    def _compute_is_mine(self):
        for statement in self:
            statement.is_mine = statement.user_id == self.env.user

    def action_dispute(self):
        """A new dispute of the statement."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dispute"),
            "res_model": "crm.incentive.dispute",
            "view_mode": "form",
            "context": {"default_statement_id": self.id},
        }
