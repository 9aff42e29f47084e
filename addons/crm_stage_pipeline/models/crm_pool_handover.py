from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

GIVEN_CODES = ("released", "passed_on", "assigned")


class CrmPoolHandover(models.Model):
    """What becomes of a person's customers, all at once: a person leaves (P31).

    - They go to the pool, or evenly to colleagues as far as each has room.
    - The dialog tells beforehand how many there are and how many an open order keeps
      from the pool.
    - The work is done in batches, the first at once, the others by a job. A batch
      goes on behind the last customer, so that a broken-off one is taken up again;
      what was refused stands in the lines, with its sentence.
    """

    _name = "crm.pool.handover"
    _inherit = "crm.pool.batch.mixin"
    _description = "Handover of Customers"
    _order = "id desc"
    _rec_name = "user_id"
    _check_company_auto = True

    _batch_size = 200
    _batch_user_field = "starter_id"
    _batch_cron = "crm_stage_pipeline.crm_pool_handover_cron"

    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Whose Customers",
        required=True,
        ondelete="restrict",
        domain="[('share', '=', False)]",
        context={"active_test": False},
    )
    company_id = fields.Many2one(readonly=False)
    mode = fields.Selection(
        selection=[("pool", "To the Pool"), ("person", "To Colleagues")],
        required=True,
        default="pool",
    )
    heir_ids = fields.Many2many(
        comodel_name="res.users",
        string="Colleagues",
        domain="[('share', '=', False), ('id', '!=', user_id),"
        " ('company_ids', 'in', company_id)]",
        help="The customers are shared out evenly among them.",
    )
    reason = fields.Char(required=True)
    state = fields.Selection(
        selection=[("draft", "Draft"), ("running", "Running"), ("done", "Done")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
    )
    starter_id = fields.Many2one(
        comodel_name="res.users", string="Started By", readonly=True, copy=False
    )
    last_customer = fields.Integer(readonly=True, copy=False)
    done_count = fields.Integer(string="Handed Over", readonly=True, copy=False)
    refused_count = fields.Integer(string="Refused", readonly=True, copy=False)
    line_ids = fields.One2many(
        comodel_name="crm.pool.handover.line",
        inverse_name="handover_id",
        string="Refused Customers",
        readonly=True,
        copy=False,
    )
    customer_count = fields.Integer(
        string="Customers", compute="_compute_preview", help="Still to be handed over."
    )
    collaborative_count = fields.Integer(
        string="Collaborative", compute="_compute_preview"
    )
    protected_count = fields.Integer(string="Protected", compute="_compute_preview")
    order_count = fields.Integer(
        string="With Open Orders",
        compute="_compute_preview",
        help="They cannot go to the pool: give them to colleagues.",
    )
    progress = fields.Float(compute="_compute_progress")

    @api.depends("user_id", "company_id", "state", "last_customer")
    def _compute_preview(self):
        for handover in self:
            rows = self.env["crm.pool.customer"].search(handover._rows_domain())
            handover.customer_count = len(rows)
            handover.collaborative_count = len(
                rows.filtered(lambda row: row.access == "collaborative")
            )
            handover.protected_count = len(rows.filtered("is_protected"))
            orders = rows._open_orders() if rows else {}
            handover.order_count = sum(1 for found in orders.values() if found)

    @api.depends("done_count", "refused_count", "state")
    def _compute_progress(self):
        for handover in self:
            worked = handover.done_count + handover.refused_count
            if handover.state != "running":
                handover.progress = 100.0 if handover.state == "done" else 0.0
            else:
                total = worked + handover._count_left()
                handover.progress = 100.0 * worked / total if total else 0.0

    def action_start(self):
        """Hand over the first batch, and let the job do the others.

        :return: the action that shows this handover
        """
        self.ensure_one()
        if self.mode == "person" and not self.heir_ids:
            raise UserError(self.env._("Choose the colleagues first."))
        if self.state == "draft":  # a double click goes on instead of starting anew
            self.write({"state": "running", "starter_id": self.env.uid})
        self._run_first_batch()
        return self._show()

    def action_continue(self):
        """Hand over the next batch now."""
        self._run_batch(self._batch_size)
        return self._show()

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Handover of Customers"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def _rows_domain(self):
        """The person's customers behind the last one that was worked on."""
        if not self.user_id:  # shared customers have no owner either
            return Domain.FALSE
        return [
            ("owner_id", "=", self.user_id.id),
            ("company_id", "=", self.company_id.id),
            ("id", ">", self.last_customer),
        ]

    def _count_left(self):
        return self.env["crm.pool.customer"].search_count(self._rows_domain())

    def _run_batch(self, limit):
        """Hand over the next customers, by the rights of who started it."""
        if not self._take_batch():
            return 0
        own = self._as_beginner()
        rows = own.env["crm.pool.customer"].search(
            own._rows_domain(), order="id", limit=limit
        )
        results = own._hand_over(rows)
        refused = [row for row in results if row["code"] not in GIVEN_CODES]
        vals = {
            "done_count": self.done_count + len(results) - len(refused),
            "refused_count": self.refused_count + len(refused),
            "line_ids": [
                fields.Command.create(
                    {"customer_id": row["customer_id"], "message": row["message"]}
                )
                for row in refused
            ],
        }
        if rows:
            vals["last_customer"] = rows[-1].id
        if len(rows) < limit:
            vals["state"] = "done"
        self.write(vals)
        return len(rows)

    def _hand_over(self, rows):
        """Release or share out `rows`. :return: results, one per row"""
        if self.mode == "pool":
            return rows.action_release(self.reason)
        results = {}
        heirs = self.heir_ids
        for number, heir in enumerate(heirs):
            part = rows[number :: len(heirs)]
            for row in part.action_assign(heir.id, self.reason):
                results[row["customer_id"]] = row
        # who had no room: the others take them
        for heir in heirs:
            left = rows.filtered(lambda row: results[row.id]["code"] == "cap_exceeded")
            for row in left.action_assign(heir.id, self.reason):
                results[row["customer_id"]] = row
        return [results[row.id] for row in rows]


class CrmPoolHandoverLine(models.Model):
    """A customer that a handover could not give away, and why."""

    _name = "crm.pool.handover.line"
    _description = "Refused Customer of a Handover"
    _order = "id"

    handover_id = fields.Many2one(
        comodel_name="crm.pool.handover",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="handover_id.company_id", store=True)
    customer_id = fields.Many2one(
        comodel_name="crm.pool.customer",
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    message = fields.Char(string="Why", readonly=True)
