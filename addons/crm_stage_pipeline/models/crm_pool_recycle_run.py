from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tools import SQL

# Rows that one transaction of the job takes back, and that one step of the page does.
BATCH = 2000


class CrmPoolRecycleRun(models.Model):
    """One run of the recycling of a company: tonight's, or a manager's.

    - It goes on in batches, each a transaction of its own: killed or stopped, it
      goes on where it was. What it has taken back is no longer due, so a second run
      takes nothing.
    - A run that would take back more than the policy's share is held: the managers
      get an activity, nothing moves until one of them agrees.
    - When all is done, every owner gets one summary.
    """

    _name = "crm.pool.recycle.run"
    _description = "Recycling Run"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Started By",
        readonly=True,
        ondelete="set null",
        help="Empty: the nightly job.",
    )
    state = fields.Selection(
        selection=[
            ("running", "Running"),
            ("stopped", "Stopped"),
            ("held", "Waits for Confirmation"),
            ("done", "Done"),
        ],
        required=True,
        readonly=True,
        default="running",
    )
    at = fields.Datetime(
        string="Due Until",
        required=True,
        readonly=True,
        help="Customers whose date is not later are taken back.",
    )
    finished_at = fields.Datetime(readonly=True)
    owned_count = fields.Integer(string="Owned Customers", readonly=True)
    due_count = fields.Integer(string="To Take Back", readonly=True)
    recycled_count = fields.Integer(string="Taken Back", readonly=True)
    kept_count = fields.Integer(
        string="Kept", readonly=True, help="Due, but with an open order or document."
    )
    moved_count = fields.Integer(
        string="No Longer Due",
        readonly=True,
        help="Due when the run began, but contacted or changed since.",
    )
    progress = fields.Float(compute="_compute_progress")
    batch = fields.Char(readonly=True, help="The batch of its entries in the log.")
    last_customer = fields.Integer(
        readonly=True, help="The customers up to this number have been looked at."
    )
    last_owner = fields.Integer(
        readonly=True, help="The owners up to this number have their summary."
    )

    @api.depends("recycled_count", "due_count", "state")
    def _compute_progress(self):
        for run in self:
            share = run.recycled_count / run.due_count if run.due_count else 1.0
            run.progress = 100.0 if run.state == "done" else min(share, 1.0) * 100

    @api.depends("company_id", "at")
    def _compute_display_name(self):
        for run in self:
            local = fields.Datetime.context_timestamp(run, run.at)
            run.display_name = f"{run.company_id.name}, {local:%Y-%m-%d %H:%M}"

    def action_step(self):
        """Take back the next customers, for a page that waits.

        :return: dict with state and handled, the number of customers of this step
        """
        self.ensure_one()
        self.check_access("write")
        handled = self._run_batch(BATCH) if self.state == "running" else 0
        return {"state": self.state, "handled": handled}

    def action_stop(self):
        """Stop after the batch that is running; the rest can be resumed."""
        self.filtered(lambda run: run.state in ("running", "held")).state = "stopped"
        self._close_activities()

    def action_resume(self):
        """Go on where the run was stopped, or agree that a held run goes ahead."""
        for run in self.filtered(lambda run: run.state in ("stopped", "held")):
            others = self.search_count(
                [("company_id", "=", run.company_id.id), ("state", "=", "running")],
                limit=1,
            )
            if others:
                raise UserError(
                    self.env._("Another run of this company is not finished.")
                )
            run.write({"state": "running", "user_id": self.env.uid})
            run._wake_job()
        self._close_activities()
        return True

    def action_open_customers(self):
        """The entries of the log: who lost what by which rule."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Taken Back"),
            "res_model": "crm.pool.log",
            "view_mode": "list",
            "domain": [("batch", "=", self.batch), ("action", "=", "recycle")],
        }

    @api.model
    def _cron_recycle(self):
        """Every hour: refresh dates, open the nights that are due, go on with runs.

        Each batch commits; a conflict with somebody who works at a customer is
        replayed as Odoo does it for a call.
        """
        policies = self.env["crm.pool.policy"].search(
            [("company_id.active", "=", True)]
        )
        nights = policies.filtered(lambda policy: policy._is_night())
        # what a condition reads may have changed without anybody telling the pool
        nights.filtered(lambda policy: policy._plan().domains).recycle_refresh_from = 0
        for policy in policies:
            while policy.recycle_refresh_from >= 0:
                handled = retrying(policy._refresh_chunk, self.env)
                if not self.env["ir.cron"]._commit_progress(handled, remaining=1):
                    return
        for policy in nights:
            retrying(partial(self._open_night, policy), self.env)
        for run in self.search([("state", "=", "running")]):
            while run.state == "running":
                handled = retrying(partial(run._run_batch, BATCH), self.env)
                left = max(run.due_count - run.recycled_count, 0)
                is_open = run.state == "running"
                if not self.env["ir.cron"]._commit_progress(
                    handled, remaining=max(left, 1) if is_open else 0
                ):
                    return
                if not handled and is_open:
                    break  # another worker has it

    @api.model
    def _open_night(self, policy):
        """Open tonight's run of a company, unless nothing is due."""
        policy.recycle_last_day = policy._local(fields.Datetime.now()).date()
        open_runs = self.search(
            [
                ("company_id", "=", policy.company_id.id),
                ("state", "in", ("running", "held")),
            ]
        )
        if open_runs.filtered(lambda run: run.state == "running"):
            return
        open_runs.action_stop()
        self._open(policy)

    @api.model
    def _open(self, policy, user=None):
        """Make a run for what is due now: running, or held if it must ask first.

        :param user: the manager who wants it; none: the nightly job
        :return: the run, or none when nothing is due
        """
        at = fields.Datetime.now()
        due, owned = self._count_due(policy, at)
        if not due:
            return self.browse()
        is_held = policy._needs_confirmation(due, owned)
        run = self.create(
            {
                "company_id": policy.company_id.id,
                "user_id": user and user.id,
                "state": "held" if is_held else "running",
                "at": at,
                "owned_count": owned,
                "due_count": due,
                "batch": self.env["crm.pool.log"]._new_batch(),
            }
        )
        if is_held and not user:
            run._alarm()
        return run

    @api.model
    def _count_due(self, policy, at):
        """How many customers a run would take back, and how many are owned.

        :return: a pair of numbers
        """
        customers = self.env["crm.pool.customer"]
        customers._flush_documents()
        owned = SQL(
            "customer.company_id = %s AND customer.owner_id IS NOT NULL"
            " AND customer.active",
            policy.company_id.id,
        )
        due = SQL("%s AND customer.recycle_on <= %s", owned, at)
        query = SQL(
            """
            SELECT (SELECT count(*) FROM crm_pool_customer AS customer WHERE %s)
                   - (SELECT count(DISTINCT id) FROM (%s) AS kept),
                   (SELECT count(*) FROM crm_pool_customer AS customer WHERE %s)
            """,
            due,
            customers._kept_query(policy, due),
            owned,
        )
        return self.env.execute_query(query)[0]

    def _run_batch(self, limit):
        """Take back the next customers in this transaction; at the end, summaries.

        :return: number of customers or owners handled; 0 at the end, or when
            another worker is at it
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            return 0
        self.invalidate_recordset()
        if self.state != "running":
            return 0
        picked = self._pick(limit)
        if not picked:
            return self._notify_owners(limit // 40 or 1)
        policy = self.env["crm.pool.policy"]._policy_for(self.company_id)
        customers = self.env["crm.pool.customer"].browse(picked)
        returns = customers._find_returns(policy._plan())
        due = {
            customer_id: rule_id
            for customer_id, (moment, rule_id) in returns.items()
            if moment and moment <= self.at
        }
        customers._write_returns(
            {key: value for key, value in returns.items() if key not in due}
        )
        kept = customers.browse(due)._kept_ids(policy)
        wanted = {key: rule for key, rule in due.items() if key not in kept}
        count = customers.browse(wanted)._take_back(list(wanted.values()), self.batch)
        self.write(
            {
                "recycled_count": self.recycled_count + count,
                "kept_count": self.kept_count + len(kept),
                "moved_count": self.moved_count + len(picked) - len(due),
                "last_customer": picked[-1],
            }
        )
        return len(picked)

    def _pick(self, limit):
        """Lock the next customers that are due; who works at one now keeps it.

        In the order of their numbers, in which they lie on the disk: half the pages.

        :return: list of ids
        """
        self.env["crm.pool.customer"].flush_model()
        query = SQL(
            """
            SELECT id FROM crm_pool_customer
             WHERE company_id = %s AND owner_id IS NOT NULL AND active
               AND recycle_on <= %s AND id > %s
             ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
            """,
            *(self.company_id.id, self.at, self.last_customer or 0, limit),
        )
        self.env.cr.execute(query, log_exceptions=False)  # replayed on a conflict
        return [row[0] for row in self.env.cr.fetchall()]

    def _notify_owners(self, limit):
        """Write the next owners their summaries; after the last, the run is done.

        :return: number of owners written to
        """
        self.env.flush_all()
        query = SQL(
            """
            SELECT owner_before_id, jsonb_object_agg(reason, amount), sum(amount)
              FROM (SELECT owner_before_id, COALESCE(reason, '') AS reason,
                           count(*) AS amount
                      FROM crm_pool_log
                     WHERE batch = %s AND action = 'recycle' AND owner_before_id > %s
                     GROUP BY 1, 2) AS counted
             GROUP BY owner_before_id ORDER BY owner_before_id LIMIT %s
            """,
            *(self.batch, self.last_owner or 0, limit),
        )
        rows = self.env.execute_query(query)
        for owner_id, reasons, amount in rows:
            owner = self.env["res.users"].browse(owner_id)
            if owner.active:
                self._notify_owner(owner, reasons, int(amount))
            self.last_owner = owner_id
        if len(rows) < limit:
            self.write({"state": "done", "finished_at": fields.Datetime.now()})
            policy = self.env["crm.pool.policy"]._policy_for(self.company_id)
            policy.recycle_confirmed_count = 0
        return len(rows)
