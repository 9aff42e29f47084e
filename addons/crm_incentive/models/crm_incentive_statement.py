from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .crm_incentive_ledger_step import MANY

# what balances and the ledger choose statements by
_LEARNT = ("participant_id", "period_id", "currency_id", "state")


class CrmIncentiveStatement(models.Model):
    """What a person earned in a period, in one currency.

    - What it sums up to, see crm_incentive_statement_balance.py. A negative sum is
      carried to the next period, not collected.
    - draft: computed by runs. review: figures stand still. approved: by somebody else
      than who submitted it and than the person it pays. posted: for ever.
    - A statement leaves the draft only after the one before it.
    """

    _name = "crm.incentive.statement"
    _description = "Incentive Statement"
    _inherit = ["mail.thread"]
    _order = "period_id desc, participant_id, id"
    _check_company_auto = True

    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    user_id = fields.Many2one(related="participant_id.user_id")
    period_id = fields.Many2one(
        comodel_name="crm.incentive.period",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency", required=True, readonly=True
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("review", "In Review"),
            ("approved", "Approved"),
            ("posted", "Posted"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    run_id = fields.Many2one(
        comodel_name="crm.incentive.run",
        string="Last Changed By Run",
        readonly=True,
        ondelete="restrict",
    )
    line_ids = fields.One2many(
        comodel_name="crm.incentive.statement.line",
        inverse_name="statement_id",
        string="Lines",
        readonly=True,
    )
    entry_ids = fields.One2many(
        comodel_name="crm.incentive.entry",
        inverse_name="statement_id",
        string="Entries",
        readonly=True,
        domain=[("reversal_of_id", "=", False), ("reversal_ids", "=", False)],
    )
    submitted_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    approved_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    approved_at = fields.Datetime(readonly=True, copy=False)
    posted_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    posted_at = fields.Datetime(readonly=True, copy=False)

    _person_unique = models.UniqueIndex("(participant_id, period_id, currency_id)")

    @api.depends("participant_id.name", "period_id.name")
    def _compute_display_name(self):
        for statement in self:
            names = (statement.participant_id.name, statement.period_id.name)
            statement.display_name = ", ".join(name or "" for name in names)

    def write(self, vals):
        """A posted statement keeps all that it says."""
        kept = self._fields.keys() - self.env["mail.thread"]._fields.keys()
        if vals.keys() & kept and any(s.state == "posted" for s in self):
            raise UserError(self.env._("A posted statement is not changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Statements are never deleted."))

    def action_submit(self):
        """Hand draft statements to review: their figures stand still."""
        self._check_group("crm_incentive.crm_incentive_group_manager")
        self._check_state("draft")
        for statement in self.sorted(lambda s: s.period_id.date_from):
            statement._check_neighbour("before")
            statement._move({"state": "review", "submitted_by_id": self.env.uid})
        return True

    def action_approve(self):
        """Approve reviewed statements, as another person than who submitted them."""
        self._check_group("crm_incentive.crm_incentive_group_approver")
        self._check_state("review")
        for statement in self:
            if statement.submitted_by_id == self.env.user:
                raise UserError(
                    self.env._(
                        "%(name)s: who submitted a statement does not approve it.",
                        name=statement.display_name,
                    )
                )
            if statement.user_id == self.env.user:
                raise UserError(
                    self.env._(
                        "%(name)s: nobody approves the own statement.",
                        name=statement.display_name,
                    )
                )
        self._move(
            {
                "state": "approved",
                "approved_by_id": self.env.uid,
                "approved_at": fields.Datetime.now(),
            }
        )
        return True

    def action_post(self):
        """Post approved statements: they never change again."""
        self._check_group("crm_incentive.crm_incentive_group_manager")
        self._check_state("approved")
        self._move(
            {
                "state": "posted",
                "posted_by_id": self.env.uid,
                "posted_at": fields.Datetime.now(),
            }
        )
        return True

    def action_reset(self):
        """Back to draft, for the next run to compute anew."""
        self._check_group(
            "crm_incentive.crm_incentive_group_manager",
            "crm_incentive.crm_incentive_group_approver",
        )
        self._check_state("review", "approved")
        for statement in self.sorted(lambda s: s.period_id.date_from, reverse=True):
            statement._check_neighbour("after")
            statement._move(
                {
                    "state": "draft",
                    "submitted_by_id": False,
                    "approved_by_id": False,
                    "approved_at": False,
                }
            )
        return True

    def action_view_entries(self):
        """Every figure down to its source line."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_incentive.crm_incentive_entry_action"
        )
        action["domain"] = [("statement_id", "=", self.id)]
        return action

    def action_print_xlsx(self):
        """Download the statement as a workbook."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/crm_incentive/statement/{self.id}.xlsx",
            "target": "download",
        }

    def _check_group(self, *groups):
        """The caller reads the statements and belongs to one of ``groups``."""
        self.check_access("read")
        if not any(self.env.user.has_group(group) for group in groups):
            raise AccessError(self.env._("You may not move statements this way."))

    def _check_state(self, *states):
        for statement in self:
            if statement.state not in states:
                raise UserError(
                    self.env._(
                        "%(name)s is not in the state for this step.",
                        name=statement.display_name,
                    )
                )

    def _check_neighbour(self, side):
        """Statements leave the draft in order of time, and come back in reverse."""
        operator, wrong = ("<", "=") if side == "before" else (">", "!=")
        other = self.search(
            [
                ("participant_id", "=", self.participant_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("period_id.date_from", operator, self.period_id.date_from),
                ("state", wrong, "draft"),
            ],
            limit=1,
        )
        if other:
            raise UserError(
                self.env._(
                    "%(other)s comes first: a closing balance is carried over.",
                    other=other.display_name,
                )
            )

    def _move(self, vals):
        # nobody may write statements: the steps above are the only way
        self.sudo().write(vals)
        self._mark_participants()

    def _mark_participants(self):
        """What is open to a participant changed: the next run rates him anew."""
        self.env["crm.incentive.mark"]._set(
            "crm.incentive.participant",
            [(each.company_id.id, each.participant_id.id) for each in self],
        )

    @api.model
    def _ensure(self, company, keys):
        """Make the missing statements of (participant, period, currency) ``keys``."""
        if not keys:
            return
        # by one INSERT: a run makes thousands, and nobody follows them yet
        keys = sorted(set(map(tuple, keys)))
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_incentive_statement (
                    participant_id, period_id, currency_id, company_id, state,
                    create_uid, create_date, write_uid, write_date)
                SELECT key.*, %(company)s, 'draft', %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM UNNEST(%(people)s::integer[], %(periods)s::integer[],
                              %(currencies)s::integer[]) key
           ON CONFLICT (participant_id, period_id, currency_id) DO NOTHING
                """,
                company=company.id,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                people=[key[0] for key in keys],
                periods=[key[1] for key in keys],
                currencies=[key[2] for key in keys],
            )
        )
        if self.env.cr.rowcount >= MANY:
            self.env["crm.incentive.ledger"]._learn(self._table, _LEARNT)
        self.env["crm.incentive.period"].invalidate_model(["statement_ids"])

    @api.model
    def _ensure_assigned(self, period):
        """A statement for everybody on a plan in ``period``, also when it is empty."""
        assignments = self.env["crm.incentive.plan.assignment"].search(
            [
                ("company_id", "=", period.company_id.id),
                ("date_from", "<=", period.date_to),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", period.date_from),
                (
                    "plan_id.version_ids",
                    "any",
                    [
                        ("state", "=", "approved"),
                        ("date_from", "<=", period.date_to),
                    ],
                ),
            ]
        )
        self._ensure(
            period.company_id,
            {
                (a.participant_id.id, period.id, a.plan_id.currency_id.id)
                for a in assignments
            },
        )
