from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..models.crm_pool_policy_recycling import CHUNK


class CrmPoolRecyclePreview(models.TransientModel):
    """What recycling would take back at a moment: numbers, and the customers (P27).

    Shown on demand, before drafts are put in force, and before a run by hand. If it
    is more than the policy's share, the manager must say that he has seen it.
    """

    _name = "crm.pool.recycle.preview"
    _description = "Recycling Preview"

    policy_id = fields.Many2one(
        comodel_name="crm.pool.policy", required=True, readonly=True, ondelete="cascade"
    )
    mode = fields.Selection(
        selection=[
            ("tonight", "Tonight"),
            ("force", "Put in Force"),
            ("run", "Take Back Now"),
        ],
        required=True,
        readonly=True,
    )
    at = fields.Datetime(string="As of", required=True, readonly=True)
    draft_ids = fields.Many2many(
        comodel_name="crm.pool.recycle.rule", string="Drafts", readonly=True
    )
    owned_count = fields.Integer(string="Owned Customers", readonly=True)
    due_count = fields.Integer(string="Would Go", readonly=True)
    kept_count = fields.Integer(
        string="Kept by Open Documents",
        readonly=True,
        help="Due, but with an open order, opportunity or quotation.",
    )
    share = fields.Float(
        string="Share of All Owned", compute="_compute_share", digits=(5, 1)
    )
    is_alarming = fields.Boolean(compute="_compute_share")
    is_confirmed = fields.Boolean(string="I have seen the number and want this")
    line_ids = fields.One2many(
        comodel_name="crm.pool.recycle.preview.line", inverse_name="preview_id"
    )
    rule_count_ids = fields.One2many(
        comodel_name="crm.pool.recycle.preview.count",
        inverse_name="preview_id",
        string="By Rule",
        domain=[("kind", "=", "rule")],
    )
    stage_count_ids = fields.One2many(
        comodel_name="crm.pool.recycle.preview.count",
        inverse_name="preview_id",
        string="By Stage",
        domain=[("kind", "=", "stage")],
    )
    owner_count_ids = fields.One2many(
        comodel_name="crm.pool.recycle.preview.count",
        inverse_name="preview_id",
        string="By Owner",
        domain=[("kind", "=", "owner")],
    )

    @api.depends("owned_count", "due_count", "policy_id")
    def _compute_share(self):
        for preview in self:
            due, owned = preview.due_count, preview.owned_count
            preview.share = 100.0 * due / owned if owned else 0.0
            preview.is_alarming = preview.policy_id._is_alarming(due, owned)

    def action_show_customers(self):
        """The customers that would go, by rule."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Would Go Back to the Pool"),
            "res_model": "crm.pool.recycle.preview.line",
            "view_mode": "list",
            "domain": [("preview_id", "=", self.id)],
            "context": {"search_default_group_by_rule": 1},
        }

    def action_put_in_force(self):
        """Put the drafts in force, if the manager has seen an alarming number."""
        self._check_confirmed()
        self.draft_ids._put_in_force()
        if self.is_alarming:
            self.policy_id.recycle_confirmed_count = self.due_count
        return {"type": "ir.actions.act_window_close"}

    def action_run(self):
        """Take back what is due, in a run that can be watched, stopped and resumed."""
        self._check_confirmed()
        if self.is_alarming:
            self.policy_id.recycle_confirmed_count = self.due_count
        run = self.env["crm.pool.recycle.run"]._open(self.policy_id, self.env.user)
        if not run:
            raise UserError(self.env._("Nothing is due."))
        run._wake_job()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.pool.recycle.run",
            "res_id": run.id,
            "views": [(False, "form")],
        }

    def _check_confirmed(self):
        self.ensure_one()
        self.policy_id.check_access("write")
        if self.is_alarming and not self.is_confirmed:
            raise UserError(
                self.env._(
                    "%(due)s of %(owned)s customers would go: say that you have seen "
                    "the number.",
                    due=self.due_count,
                    owned=self.owned_count,
                )
            )

    @api.model
    def _make(self, policy, mode, at, drafts=None):
        """Compute a preview from scratch, whatever dates are stored.

        :param drafts: rules that would be in force besides those that are
        """
        rules = policy.recycle_rule_ids.filtered(lambda rule: rule.state == "force")
        preview = self.create(
            {
                "policy_id": policy.id,
                "mode": mode,
                "at": at,
                "draft_ids": drafts and drafts.ids,
            }
        )
        plan = policy._plan(rules | (drafts or rules.browse()))
        customers = self.env["crm.pool.customer"]
        after_id = 0
        while ids := customers._owned_ids(policy.company_id, after_id, 10 * CHUNK):
            for start in range(0, len(ids), CHUNK):
                preview._add_lines(customers.browse(ids[start : start + CHUNK]), plan)
            preview.owned_count += len(ids)
            after_id = ids[-1]
        preview._count()
        return preview

    def _add_lines(self, customers, plan):
        """Note which of these customers would go, and which stay by a document."""
        due = {
            customer_id: found
            for customer_id, found in customers._find_returns(plan).items()
            if found[0] and found[0] <= self.at
        }
        kept = customers.browse(due)._kept_ids(self.policy_id)
        query = SQL(
            """
            INSERT INTO crm_pool_recycle_preview_line
                   (preview_id, customer_id, owner_id, stage_id, recycle_on, rule_id,
                    is_kept, create_uid, create_date)
            SELECT %s, customer.id, customer.owner_id, customer.stage_id,
                   due.moment, due.rule_id, customer.id = ANY(%s), %s, %s
              FROM unnest(%s::int[], %s::timestamp[], %s::int[])
                   AS due (id, moment, rule_id)
              JOIN crm_pool_customer AS customer ON customer.id = due.id
            """,
            self.id,
            list(kept),
            self.env.uid,
            self.env.cr.now(),
            list(due),
            [moment for moment, _rule in due.values()],
            [rule_id for _moment, rule_id in due.values()],
        )
        self.env.cr.execute(query)

    def _count(self):
        """Sum up the lines by rule, stage and owner."""
        self.invalidate_recordset(["line_ids"])  # written by SQL
        lines = self.env["crm.pool.recycle.preview.line"]
        mine = [("preview_id", "=", self.id)]
        going = [*mine, ("is_kept", "=", False)]
        self.due_count = lines.search_count(going)
        self.kept_count = lines.search_count(mine) - self.due_count
        counts = []
        for kind in ("rule", "stage", "owner"):
            groups = lines._read_group(
                going, [f"{kind}_id"], ["__count"], order="__count DESC"
            )
            counts += [
                {
                    "preview_id": self.id,
                    "kind": kind,
                    "name": record.display_name or self.env._("No stage"),
                    "amount": amount,
                }
                for record, amount in groups
            ]
        self.env["crm.pool.recycle.preview.count"].create(counts)

    def _open(self):
        titles = {
            "tonight": self.env._("What Would Go Tonight"),
            "force": self.env._("Put Rules in Force"),
            "run": self.env._("Take Back Now"),
        }
        return {
            "type": "ir.actions.act_window",
            "name": titles[self.mode],
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
