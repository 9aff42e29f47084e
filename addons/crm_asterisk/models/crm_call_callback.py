from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_stage_pipeline.models.number_field import NumberField

BATCH = 20


class CrmCallCallback(models.Model):
    """Somebody wants to be called: left his number in the queue or on the web (A8).

    - As soon as a telephone of the queue is free (the own agent's first), the connector
      rings it and then the number, as a click would; an agent can also take one from
      the list.
    - Who was not reached is tried again; then it is for people to decide.
    """

    _name = "crm.call.callback"
    _inherit = "crm.call.retry.mixin"
    _description = "Callback"
    _order = "due_at, id"
    _check_company_auto = True

    _number_partner_paths = ("partner_id", "customer_id.partner_id")
    _number_key_field = "e164"

    name = fields.Char(readonly=True, help="As the visitor has written it: mere text.")
    number = NumberField(required=True, readonly=True)
    e164 = NumberField(index=True)
    server_id = fields.Many2one(
        comodel_name="asterisk.server",
        string="PBX",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="server_id.company_id", store=True, index=True, precompute=True
    )
    queue_id = fields.Many2one(
        comodel_name="asterisk.queue",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    source = fields.Selection(
        selection=[("queue", "Queue"), ("web", "Web Form")],
        required=True,
        readonly=True,
    )
    origin_key = fields.Char(
        groups="base.group_system",
        readonly=True,
        help="Where a web request came from, not readable: for counting alone.",
    )
    note = fields.Char(readonly=True)
    partner_id = fields.Many2one(readonly=True)
    call_id = fields.Many2one(string="Asked in Call")
    user_id = fields.Many2one(string="Agent", help="Who called last.")
    state = fields.Selection(
        selection=[
            ("open", "Waiting"),
            ("calling", "Calling"),
            ("done", "Reached"),
            ("failed", "Not Reached"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="open",
        readonly=True,
        copy=False,
    )
    due_at = fields.Datetime(string="Due", required=True, default=fields.Datetime.now)
    create_date = fields.Datetime(string="Asked At")

    _due_idx = models.Index("(server_id, due_at) WHERE state IN ('open', 'calling')")
    _web_idx = models.Index("(create_date) WHERE source = 'web'")

    def action_call(self):
        """Call now, from one's own telephone."""
        self.ensure_one()
        self.check_access("read")
        endpoint = self.env["crm.call"]._dialling_endpoint()
        if self.state not in ("open", "failed"):
            raise UserError(self.env._("Somebody is calling, or has called already."))
        if endpoint.server_id != self.server_id:
            raise UserError(self.env._("That telephone belongs to another PBX."))
        self._place(endpoint)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._(
                    "Calling %(number)s: pick up your telephone.", number=self.number
                ),
                "type": "info",
            },
        }

    def action_done(self):
        """It has been dealt with otherwise."""
        return self._close("done")

    def action_cancel(self):
        """Nobody shall call any more."""
        return self._close("cancelled")

    def _close(self, state):
        self.check_access("read")
        self._as_exchange().write({"state": state, "user_id": self.env.uid})
        return True

    def _as_exchange(self):
        # agents read callbacks; the buttons above are what they may do with them
        return self.with_env(self.env["crm.pool.customer"]._privileged().env)

    def _place(self, endpoint):
        """Ring the telephone and then the number."""
        self.ensure_one()
        callback_sudo = self._as_exchange()
        server = callback_sudo.server_id
        number = callback_sudo.number
        dialled, e164 = self.env["crm.call"]._number_to_dial(server, number)
        command_sudo = self.env["asterisk.command"]._queue(
            server,
            "originate",
            {
                "endpoint": endpoint.name,
                "number": dialled,
                "context": server.context,
                "ring": server.ring_seconds,
                "amd": False,
                "record": server.is_outbound_recorded,
            },
            number=e164 or dialled,
            partner_id=callback_sudo.partner_id.id,
            customer_id=callback_sudo.customer_id.id,
            user_id=endpoint.user_id.id,
        )
        callback_sudo._begin_try(
            user_id=endpoint.user_id.id, last_uuid=command_sudo.uuid
        )

    # the connector's work

    @api.model
    def _dispatch(self, server):
        """Give what is due to telephones that are free, each one call at a time.

        :return: how many calls were placed
        """
        due = self._due(server, BATCH)
        lost = due.filtered(lambda one: one.state == "calling")
        for callback in lost:
            callback._try_again()
        placed = 0
        busy = self.env["asterisk.endpoint"]
        for callback in due - lost:
            endpoint = callback._free_endpoint(busy)
            if endpoint:
                callback._place(endpoint)
                busy |= endpoint
                placed += 1
        return placed

    def _free_endpoint(self, busy):
        """The own agent's telephone, else one that is logged in to the queue and has
        been ready the longest; empty when nobody is free."""
        ready = self.queue_id.member_ids.filtered(
            lambda member: not member.is_paused
        ).endpoint_id
        now = fields.Datetime.now()
        own = self.env["asterisk.endpoint"].search(
            [
                ("server_id", "=", self.server_id.id),
                ("user_id", "!=", False),
                ("user_id", "=", self.customer_id.owner_id.id),
                ("agent_state", "=", "ready"),
            ]
        )
        free = (own + ready.sorted(lambda one: one.agent_since or now)).filtered(
            "is_free"
        )
        return (free - busy)[:1]


class CrmCall(models.Model):
    _inherit = "crm.call"

    callback_ids = fields.One2many(
        comodel_name="crm.call.callback", inverse_name="call_id", string="Callbacks"
    )
    callback_number = NumberField(
        readonly=True, copy=False, help="What the caller left in the queue."
    )

    @api.model
    def _prepare_call_vals(self, server, call, endpoints, row, command):
        vals = super()._prepare_call_vals(server, call, endpoints, row, command)
        vals["callback_number"] = call.callback or False
        return vals

    def _settle(self, now):
        result = super()._settle(now)
        if self.callback_number and self.result != "answered":
            self._keep_callback()
        for callback in self.env["crm.call.callback"]._tried_by(self):
            if self.result == "answered":
                callback.state = "done"
            else:
                callback._try_again()
        return result

    def _keep_callback(self):
        """Once: who presses again while he waits is called once."""
        callbacks = self.env["crm.call.callback"]
        e164 = self._international(self.server_id, self.callback_number)
        waiting = callbacks.search_count(
            [
                ("server_id", "=", self.server_id.id),
                ("number", "=", self.callback_number),
                ("state", "in", ("open", "calling")),
            ],
            limit=1,
        )
        if waiting:
            return
        queue = self.env["asterisk.queue"].search(
            [("server_id", "=", self.server_id.id), ("name", "=", self.queue)]
        )
        callbacks.create(
            {
                "number": self.callback_number,
                "e164": e164,
                "server_id": self.server_id.id,
                "queue_id": queue.id,
                "source": "queue",
                "partner_id": self.partner_id.id,
                "customer_id": self.customer_id.id,
                "call_id": self.id,
            }
        )
