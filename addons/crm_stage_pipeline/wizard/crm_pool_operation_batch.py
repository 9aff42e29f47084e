from odoo import api, fields, models
from odoo.service.model import retrying

from .crm_pool_operation import DONE_CODES

# customers of one transaction; what has more of them goes on in the background
BATCH = 500


class CrmPoolOperation(models.TransientModel):
    """An action on many customers, batch by batch (P7).

    - The first batch is done at once. The others are done by the page while it is
      open, and by a job when it is not, with the rights, companies and language of
      whoever began.
    - Each batch is a transaction of its own and goes on behind the last customer, in
      the order of their numbers: stopped or killed, it goes on where it was.
    - Every customer has his line, also who is hidden from the person by then.
    """

    _inherit = "crm.pool.operation"
    _transient_max_hours = 72.0

    state = fields.Selection(
        selection_add=[("running", "Running"), ("stopped", "Stopped")],
        ondelete={"running": "set default", "stopped": "set default"},
    )
    is_batch = fields.Boolean(readonly=True)
    company_ids = fields.Json(
        readonly=True, help="The companies of the session that began, in their order."
    )
    last_customer = fields.Integer(
        readonly=True, help="The customers up to this number have been worked on."
    )
    total_count = fields.Integer(string="Total", readonly=True)
    progress = fields.Float(compute="_compute_progress")

    @api.depends("done_count", "refused_count", "total_count", "state")
    def _compute_progress(self):
        for operation in self:
            worked = operation.done_count + operation.refused_count
            total = operation.total_count
            operation.progress = 100.0 * worked / total if total else 0.0

    def action_step(self):
        """Work on the next customers, for a page that waits.

        :return: dict with state and handled, the number of customers of this step
        """
        self.ensure_one()
        handled = self._run_batch() if self.state == "running" else 0
        return {"state": self.state, "handled": handled}

    def action_stop(self):
        """Stop after the batch that is running; the rest can be resumed."""
        self.filtered(lambda one: one.state == "running").state = "stopped"
        return self._dialog()

    def action_resume(self):
        """Go on where it was stopped."""
        for operation in self.filtered(lambda one: one.state == "stopped"):
            operation.state = "running"
            operation._wake_job()
        return self._dialog()

    @api.model
    def _cron_run(self):
        """Go on with what is running, batch by batch.

        A conflict with somebody who works at a customer is replayed as Odoo does it
        for a call.
        """
        for operation in self.search([("state", "=", "running")], order="id"):
            own = operation._as_beginner()
            while own.state == "running":
                handled = retrying(own._run_batch, own.env)
                left = own.total_count - own.done_count - own.refused_count
                if not self.env["ir.cron"]._commit_progress(handled, remaining=left):
                    return
                if not handled:
                    break  # a page has it

    def _perform(self):
        if self.action == "draw" or len(self._all_ids()) <= BATCH:
            return super()._perform()
        if self.state == "ask":  # the second of two clicks shows what goes on
            self.write(
                {
                    "state": "running",
                    "is_batch": True,
                    "company_ids": self.env.companies.ids,
                    "total_count": len(self._all_ids()),
                }
            )
            self._run_batch()
            self._wake_job()
        return self._dialog()

    def _chosen(self):
        part = self.env.context.get("crm_pool_operation_part")
        if part is None:
            return super()._chosen()
        return self.env["crm.pool.customer"].browse(part)

    def _all_ids(self):
        """Ids of all customers: superuser, since some may be hidden by now."""
        return sorted(self.sudo().customer_ids.ids)

    def _run_batch(self):
        """Work on the next customers; after the last it is done.

        :return: number of customers; 0 when somebody else is at it
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            return 0
        self.invalidate_recordset()
        if self.state != "running":
            return 0
        waiting = [one for one in self._all_ids() if one > self.last_customer]
        part = waiting[:BATCH]
        results = self.with_context(crm_pool_operation_part=part)._run()
        done = sum(row["code"] in DONE_CODES for row in results)
        self.write(
            {
                "done_count": self.done_count + done,
                "refused_count": self.refused_count + len(results) - done,
                "last_customer": part[-1],
                "state": "running" if len(waiting) > BATCH else "done",
                "line_ids": self._line_commands(results),
            }
        )
        if self.state == "done":
            self._tell_end()
        return len(part)

    def _tell_end(self):
        text = self.env._(
            "%(action)s: %(done)s customers done, %(refused)s refused.",
            action=dict(self._fields["action"]._description_selection(self.env))[
                self.action
            ],
            done=self.done_count,
            refused=self.refused_count,
        )
        message = {"type": "info", "message": text, "sticky": True}
        self.env.user._bus_send("simple_notification", message)

    def _as_beginner(self):
        self.ensure_one()
        user = self.create_uid
        return self.with_user(user).with_context(
            lang=user.lang, tz=user.tz, allowed_company_ids=self.company_ids
        )

    def _wake_job(self):
        # sudo: whoever may act on customers may have the job go on with them
        self.env.ref("crm_stage_pipeline.crm_pool_operation_cron").sudo()._trigger()
