from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL


class CrmIncentiveAdjustment(models.Model):
    """An amount that somebody gives or takes by hand, with a reason.

    - Whoever asks for it does not approve it; nobody approves an amount of his own.
    - Approved, it stands on the statement of its period or, when that has left the
      draft, on the first later one that has not. Then it is never changed.
    """

    _name = "crm.incentive.adjustment"
    _description = "Incentive Adjustment"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _check_company_auto = True

    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        domain=[("kind", "!=", "house")],
    )
    company_id = fields.Many2one(
        related="participant_id.company_id", store=True, index=True
    )
    period_id = fields.Many2one(
        comodel_name="crm.incentive.period",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    amount = fields.Monetary(required=True, tracking=True)
    reason = fields.Text(required=True)
    origin = fields.Char(
        readonly=True, copy=False, help="What it was taken over from, once."
    )
    state = fields.Selection(
        selection=[
            ("asked", "Asked For"),
            ("approved", "Approved"),
            ("refused", "Refused"),
        ],
        default="asked",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    approved_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    approved_at = fields.Datetime(readonly=True, copy=False)
    statement_id = fields.Many2one(
        comodel_name="crm.incentive.statement",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )

    _origin_unique = models.UniqueIndex(
        "(company_id, origin) WHERE origin IS NOT NULL",
        "This was taken over already.",
    )
    _not_zero = models.Constraint("CHECK (amount <> 0)", "Give an amount.")

    @api.depends("participant_id.name", "period_id.name")
    def _compute_display_name(self):
        for adjustment in self:
            names = (adjustment.participant_id.name, adjustment.period_id.name)
            adjustment.display_name = ", ".join(name or "" for name in names)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_no_state(vals)
        return super().create(vals_list)

    def write(self, vals):
        kept = self._fields.keys() - self.env["mail.thread"]._fields.keys()
        if vals.keys() & kept:
            self._check_asked()
            self._check_no_state(vals)
            self._check_own_request()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self._check_asked()

    def action_approve(self):
        """Put the amounts on the statements, as another person than who asked."""
        self._check_second_person()
        self._decide("approved")
        for company in self.company_id:
            rows = self.filtered(lambda a, company=company: a.company_id == company)
            # the figures of statements are nobody's to write but a run's
            statements_sudo = self.env["crm.incentive.statement"].sudo()
            statements_sudo._refresh_amounts(
                company, rows._last_open_day() or max(rows.period_id.mapped("date_to"))
            )
        return True

    def action_refuse(self):
        """Turn the amounts down."""
        self._check_second_person()
        self._decide("refused")
        return True

    def _decide(self, state):
        self._check_asked()
        # past write(), which lets nobody set the state
        vals = {
            "state": state,
            "approved_by_id": self.env.uid,
            "approved_at": fields.Datetime.now(),
        }
        result = super().write(vals)  # pylint: disable=super-method-mismatch
        self.env["crm.incentive.mark"]._set(
            "crm.incentive.participant",
            [(each.company_id.id, each.participant_id.id) for each in self],
        )
        return result

    def _check_second_person(self):
        """An approver, not who asked for it and not who gets it."""
        self.check_access("write")
        if not self.env.user.has_group("crm_incentive.crm_incentive_group_approver"):
            raise AccessError(self.env._("Approvers decide on adjustments."))
        for adjustment in self:
            if adjustment.create_uid == self.env.user:
                raise UserError(
                    self.env._(
                        "%(name)s: who asks for an adjustment does not approve it.",
                        name=adjustment.display_name,
                    )
                )
            if adjustment.participant_id.user_id == self.env.user:
                raise UserError(
                    self.env._(
                        "%(name)s: nobody approves an amount of his own.",
                        name=adjustment.display_name,
                    )
                )

    def _check_own_request(self):
        """Whoever approves an amount did not write it."""
        others = self.filtered(lambda a: a.create_uid != self.env.user)
        if others and not self.env.su:
            raise UserError(
                self.env._(
                    "%(name)s: only who asked for it changes it.",
                    name=others[0].display_name,
                )
            )

    def _check_asked(self):
        done = self.filtered(lambda adjustment: adjustment.state != "asked")
        if done:
            raise UserError(
                self.env._(
                    "%(name)s is decided and never changes.", name=done[0].display_name
                )
            )

    def _check_no_state(self, vals):
        if {"state", "approved_by_id", "approved_at", "statement_id"} & vals.keys():
            raise UserError(self.env._("Adjustments are decided by their buttons."))

    def _last_open_day(self):
        """End of the last open period of a draft statement of these people."""
        drafts = self.env["crm.incentive.statement"].search(
            [
                ("participant_id", "in", self.participant_id.ids),
                ("state", "=", "draft"),
                ("period_id.state", "=", "open"),
            ]
        )
        return max(drafts.period_id.mapped("date_to"), default=None)

    @api.model
    def _place(self, company, date_to):
        """Give approved adjustments their statement, the first that is a draft.

        Those on a statement that is back in draft stay there. Statements are made for
        periods up to ``date_to`` when they are missing.
        """
        waiting = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "approved"),
                ("statement_id", "=", False),
                ("period_id.date_from", "<=", date_to),
            ]
        )
        statements = self.env["crm.incentive.statement"]
        for adjustment in waiting:
            period = adjustment._first_open_period(date_to)
            if not period:
                continue
            key = (adjustment.participant_id.id, period.id, adjustment.currency_id.id)
            statements._ensure(company, {key})
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE crm_incentive_adjustment adjustment
                       SET statement_id = statement.id
                      FROM crm_incentive_statement statement
                     WHERE adjustment.id = %s
                       AND (statement.participant_id, statement.period_id,
                            statement.currency_id) = (%s, %s, %s)
                    """,
                    adjustment.id,
                    *key,
                )
            )
        waiting.invalidate_recordset(["statement_id"])

    def _first_open_period(self, date_to):
        stated = self.env["crm.incentive.statement"].search(
            [
                ("participant_id", "=", self.participant_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("state", "!=", "draft"),
            ]
        )
        return self.env["crm.incentive.period"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "open"),
                ("date_from", ">=", self.period_id.date_from),
                ("date_to", "<=", date_to),
                ("id", "not in", stated.period_id.ids),
            ],
            order="date_from",
            limit=1,
        )
