from odoo import api, fields, models

RESULTS = [
    ("answered", "Answered"),
    ("busy", "Busy"),
    ("no_answer", "No Answer"),
    ("void_number", "Void Number"),
    ("powered_off", "Switched Off"),
    ("rejected", "Rejected"),
    ("congestion", "Congestion"),
    ("machine", "Answering Machine"),
    ("cancelled", "Cancelled"),
    ("abandoned", "Abandoned in Queue"),
    ("timeout", "Timed Out in Queue"),
    ("missed", "Missed"),
    ("callback", "Callback Asked For"),
    ("self_service", "Served by the Menu"),
    ("fax", "Fax"),
    ("agent_busy", "Own Telephone Busy"),
    ("agent_no_answer", "Own Telephone Not Answered"),
    ("agent_offline", "Own Telephone Not Registered"),
    ("unknown", "Unknown"),
]


class CrmCall(models.Model):
    """A telephone call, one row per PBX and linked id.

    - Its fields are derived from the facts that the PBX told, which are kept with it;
      nobody writes them by hand.
    - Times are those of the PBX's clock, in UTC.
    - Talking time is the time the customer was connected to somebody.
    - An agent sees the calls he took or placed, a leader those of his teams, a
      manager all of the company.
    """

    _name = "crm.call"
    _description = "Call"
    _order = "started_at desc, id desc"
    _check_company_auto = True

    server_id = fields.Many2one(
        comodel_name="asterisk.server",
        string="PBX",
        required=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="server_id.company_id", store=True, index=True, precompute=True
    )
    linkedid = fields.Char(string="Call Id", required=True)
    direction = fields.Selection(
        selection=[("in", "Incoming"), ("out", "Outgoing"), ("internal", "Internal")],
        required=True,
    )
    state = fields.Selection(
        selection=[
            ("ringing", "Ringing"),
            ("waiting", "Waiting"),
            ("talking", "Talking"),
            ("held", "On Hold"),
            ("ended", "Ended"),
        ],
        required=True,
    )
    result = fields.Selection(selection=RESULTS)
    number = fields.Char(help="As presented by the caller, or as it was dialled.")
    e164 = fields.Char(string="International Number", index="btree_not_null")
    caller_name = fields.Char(help="What the caller's telephone says: mere text.")
    line = fields.Char(help="The number of ours that was called.")
    queue = fields.Char()
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Agent",
        index="btree_not_null",
        ondelete="restrict",
        help="Who placed the call or was connected first, else who was rung.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        index="btree_not_null",
        ondelete="set null",
    )
    customer_id = fields.Many2one(
        comodel_name="crm.pool.customer", index="btree_not_null", ondelete="set null"
    )
    started_at = fields.Datetime(string="Started")
    answered_at = fields.Datetime()
    ended_at = fields.Datetime(string="Ended")
    talk_s = fields.Integer(string="Talking (s)", aggregator="sum")
    wait_s = fields.Integer(string="Waiting (s)", aggregator="avg")
    hangup_cause = fields.Integer(help="Q.850 code of the customer's leg.")
    revision = fields.Integer(default=0, help="Grows with every change.")
    facts = fields.Json(groups="base.group_system", copy=False)
    command_id = fields.Many2one(
        comodel_name="asterisk.command",
        groups="base.group_system",
        ondelete="set null",
        copy=False,
        index="btree_not_null",
    )
    is_settled = fields.Boolean(
        copy=False, help="What follows from the end of the call was done."
    )
    record_id = fields.Many2one(
        comodel_name="crm.contact.record",
        string="Contact Record",
        ondelete="set null",
        copy=False,
        index="btree_not_null",
    )
    channel_ids = fields.One2many(
        comodel_name="crm.call.channel", inverse_name="call_id"
    )
    recording_ids = fields.One2many(
        comodel_name="crm.call.recording", inverse_name="call_id"
    )

    _linkedid_uniq = models.UniqueIndex(
        "(server_id, linkedid)", "This call is already there."
    )
    _user_idx = models.Index("(user_id, started_at DESC)")
    _living_idx = models.Index("(server_id) WHERE NOT coalesce(is_settled, false)")

    @api.depends("number", "partner_id", "started_at", "is_number_masked")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_display_name(self):
        for call in self:
            # the name of a contact whom the reader may not see stays unseen
            partner = call.partner_id.sudo(False)
            name = partner.display_name if partner.has_access("read") else ""
            number = call._shown_number(self.env.user)
            call.display_name = name or number or call.linkedid

    def action_open_customer(self):
        """Open the contact's form."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "views": [[False, "form"]],
        }
