import heapq

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..models.crm_pool_stage import STAGE_CODES

DONE_CODES = ("assigned", "pooled", "already_there")


class CrmPoolDistribution(models.Model):
    """Territories applied to customers that are there: preview, then batches (P59).

    - The preview names every customer once, with the first territory that it fits
      and who would get it, and the number for each person and pool.
    - Applying hands them over in batches, by the same action as an assignment by
      hand: holding cap, protection and rights count, every row has its result.
    - A run that was broken off goes on with the rows that wait.
    """

    _name = "crm.pool.distribution"
    _inherit = "crm.pool.batch.mixin"
    _description = "Territory Distribution"
    _order = "id desc"
    _check_company_auto = True

    _batch_cron = "crm_stage_pipeline.crm_pool_distribution_cron"

    name = fields.Char(compute="_compute_name")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Applied by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    territory_ids = fields.Many2many(
        comodel_name="crm.pool.territory",
        string="Territories",
        domain="[('company_id', '=', company_id)]",
        help="Empty: all of the company.",
    )
    scope = fields.Selection(
        selection=[("shared", "Shared customers"), ("all", "Owned customers too")],
        string="Which",
        required=True,
        default="shared",
    )
    stage_code = fields.Selection(
        selection=STAGE_CODES, string="Stage", help="Empty: every stage."
    )
    state = fields.Selection(
        selection=[
            ("draft", "Choice"),
            ("preview", "Preview"),
            ("running", "Running"),
            ("done", "Done"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    line_ids = fields.One2many(
        comodel_name="crm.pool.distribution.line", inverse_name="distribution_id"
    )
    share_text = fields.Text(compute="_compute_share_text", string="Who Gets How Many")
    line_count = fields.Integer(string="Customers", compute="_compute_line_count")
    done_count = fields.Integer(string="Handed Over", compute="_compute_line_count")
    refused_count = fields.Integer(string="Refused", compute="_compute_line_count")

    @api.depends("create_date")
    def _compute_name(self):
        for run in self:
            day = fields.Datetime.context_timestamp(
                run, run.create_date or fields.Datetime.now()
            )
            run.name = f"{day:%Y-%m-%d %H:%M}"

    @api.depends("line_ids.state")
    def _compute_line_count(self):
        groups = self.env["crm.pool.distribution.line"]._read_group(
            [("distribution_id", "in", self.ids)],
            ["distribution_id", "state"],
            ["__count"],
        )
        counts = {(run.id, state): count for run, state, count in groups}
        for run in self:
            waiting, done, refused = (
                counts.get((run._origin.id, state), 0)
                for state in ("waiting", "done", "refused")
            )
            run.line_count = waiting + done + refused
            run.done_count = done
            run.refused_count = refused

    @api.depends("line_ids.state")
    def _compute_share_text(self):
        groups = self.env["crm.pool.distribution.line"]._read_group(
            [("distribution_id", "in", self.ids)],
            ["distribution_id", "territory_id", "user_id", "pool_id"],
            ["__count"],
        )
        texts = {}
        for run, territory, user, pool, count in groups:
            share = f"{territory.name}: {(user or pool).display_name}: {count}"
            texts.setdefault(run.id, []).append(share)
        for run in self:
            run.share_text = "\n".join(texts.get(run._origin.id, []))

    def action_preview(self):
        """Plan anew: every customer that fits, with who would get it."""
        self.ensure_one()
        if self.state not in ("draft", "preview"):
            raise UserError(self.env._("This distribution has been applied already."))
        self.line_ids.unlink()
        self._plan()
        self.state = "preview"
        return True

    def action_apply(self):
        """Hand over the first batch at once, the rest in the background."""
        self.ensure_one()
        if self.state not in ("preview", "running"):
            raise UserError(self.env._("Look at the preview first."))
        self.state = "running"
        self._run_first_batch()
        return True

    def _territories(self):
        company = [("company_id", "=", self.company_id.id)]
        return self.territory_ids.sorted() or self.env["crm.pool.territory"].search(
            company
        )

    def _scope_domain(self):
        domain = Domain("company_id", "=", self.company_id.id)
        if self.scope == "shared":
            domain &= Domain("access", "=", "shared")
        if self.stage_code:
            domain &= Domain("stage_code", "=", self.stage_code)
        return domain

    def _plan(self):
        """Lines of all territories; a customer stands in the first one only."""
        customers = self.env["crm.pool.customer"]
        planned = set()
        loads = {}
        for territory in self._territories():
            domain = self._scope_domain() & territory._customer_domain()
            if territory.target == "pool":
                domain &= Domain("pool_id", "!=", territory.pool_id.id)
            found = customers.search_fetch(domain, ["owner_id"], order="draw_key, id")
            ids = [row.id for row in found if row.id not in planned]
            planned.update(found.ids)
            owners = {row.id: row.owner_id.id for row in found}
            receivers = self._share_out(territory, ids, owners, loads)
            self._insert_lines(territory, receivers)

    def _share_out(self, territory, ids, owners, loads):
        """Who gets which customer: the person with the fewest, who keeps his own.

        :param loads: user id → customers held or planned, over all territories
        :return: list of (customer id, user id or None)
        """
        if territory.target == "pool":
            return [(customer_id, None) for customer_id in ids]
        heap = [
            (loads.setdefault(user_id, held), user_id)
            for held, user_id in territory._receivers()
        ]
        heapq.heapify(heap)
        members = {user_id for _held, user_id in heap}
        shares = []
        for customer_id in ids:
            if not heap or owners[customer_id] in members:
                continue
            held, user_id = heap[0]
            shares.append((customer_id, user_id))
            loads[user_id] = held + 1
            heapq.heapreplace(heap, (held + 1, user_id))
        return shares

    def _insert_lines(self, territory, shares):
        """By one statement: a territory may hold a hundred thousand customers."""
        lines = self.env["crm.pool.distribution.line"]
        self.flush_model()
        self.env.cr.execute_values(
            "INSERT INTO crm_pool_distribution_line (distribution_id, territory_id,"
            " customer_id, user_id, pool_id, state, company_id) VALUES %s",
            [
                (
                    self.id,
                    territory.id,
                    customer_id,
                    user_id,
                    territory.pool_id.id if territory.target == "pool" else None,
                    "waiting",
                    self.company_id.id,
                )
                for customer_id, user_id in shares
            ],
            page_size=1000,
        )
        lines.invalidate_model()
        self.invalidate_recordset()

    def _waiting_domain(self):
        return [("distribution_id", "=", self.id), ("state", "=", "waiting")]

    def _count_left(self):
        lines = self.env["crm.pool.distribution.line"]
        return lines.search_count(self._waiting_domain())

    def _run_batch(self, limit):
        """Hand over the next rows."""
        if not self._take_batch():
            return 0
        lines = self.env["crm.pool.distribution.line"].search(
            self._waiting_domain(), limit=limit
        )
        for (territory, user), group in lines.grouped(
            lambda line: (line.territory_id, line.user_id)
        ).items():
            group._hand_over(territory, user)
        if len(lines) < limit:
            self.state = "done"
        self.invalidate_recordset()
        return len(lines)


class CrmPoolDistributionLine(models.Model):
    """A customer, who gets it, and what came of it."""

    _name = "crm.pool.distribution.line"
    _description = "Territory Distribution Line"
    _order = "id"
    _log_access = False
    _rec_name = "customer_id"

    distribution_id = fields.Many2one(
        comodel_name="crm.pool.distribution",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, ondelete="cascade"
    )
    territory_id = fields.Many2one(
        comodel_name="crm.pool.territory", required=True, ondelete="cascade"
    )
    customer_id = fields.Many2one(
        comodel_name="crm.pool.customer",
        required=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Person", ondelete="cascade"
    )
    pool_id = fields.Many2one(comodel_name="crm.pool", ondelete="cascade")
    state = fields.Selection(
        selection=[("waiting", "Waiting"), ("done", "Done"), ("refused", "Refused")],
        required=True,
        default="waiting",
        readonly=True,
    )
    message = fields.Char(string="Result", readonly=True)

    def _hand_over(self, territory, user):
        """Assign the customers of self, or move them to the territory's pool."""
        if user:
            results = self.customer_id.action_assign(user.id, territory.name)
        else:
            # whoever may apply territories is a manager; pools change by this only
            moved_sudo = self.customer_id._privileged()._move_to_pool(
                territory.pool_id, territory.name
            )
            results = [
                row._result("pooled", pool=territory.pool_id.name) for row in moved_sudo
            ]
        by_customer = {row["customer_id"]: row for row in results}
        for line in self:
            row = by_customer.get(line.customer_id.id)
            line.write(
                {
                    "state": "done"
                    if not row or row["code"] in DONE_CODES
                    else "refused",
                    "message": row["message"] if row else False,
                }
            )
