from odoo import api, fields, models

# A callee in one of these is in somebody's hands.
LIVE_STATES = ("claimed", "dialing", "talking")
WAITING_STATES = ("ready", "callback")
# What is called first; a fax is never called.
NUMBER_KINDS = ("mobile", "phone", "other", "home", "finance")
EXCLUSION_REASONS = [
    ("no_number", "No telephone number"),
    ("bad_number", "Number is void or wrong"),
    ("archived", "Customer or lead is archived"),
    ("restricted", "Asked not to be called"),
    ("attempts", "Called as often as allowed"),
    ("busy_elsewhere", "Being called by somebody else"),
    ("cap", "Called often enough today"),
    ("gap", "Called only just now"),
    ("outside_hours", "Outside the calling hours there"),
    ("holiday", "Holiday there"),
    ("no_zone", "Time zone unknown"),
    ("hidden", "Belongs to a colleague"),
]


class CrmCallee(models.Model):
    """A number to be called in a campaign.

    - A number stands once in a campaign, and is in one agent's hands at a time over
      all campaigns: the database says so, whatever the code does.
    - `next_at` (UTC) is the earliest moment of the next attempt; `exclusion_reason`
      says why it is not now, or why never.
    - An agent sees the callees in his hands and his callbacks; managers see all.
    """

    _name = "crm.callee"
    _description = "Callee"
    _order = "priority desc, next_at, id"
    _rec_name = "name"

    campaign_id = fields.Many2one(
        comodel_name="crm.call.campaign", required=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="campaign_id.company_id", store=True, index=True, precompute=True
    )
    name = fields.Char(required=True, help="The customer's or lead's name when loaded.")
    customer_id = fields.Many2one(
        comodel_name="crm.pool.customer", index="btree_not_null", ondelete="cascade"
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead", index="btree_not_null", ondelete="cascade"
    )
    number_id = fields.Many2one(
        comodel_name="crm.phone.number",
        string="Telephone",
        index="btree_not_null",
        ondelete="set null",
    )
    e164 = fields.Char(string="Number")
    state = fields.Selection(
        selection=[
            ("ready", "Waiting"),
            ("callback", "Callback agreed"),
            ("claimed", "With an agent"),
            ("dialing", "Being dialled"),
            ("talking", "Talking"),
            ("done", "Finished"),
            ("excluded", "Left out"),
        ],
        required=True,
        default="ready",
    )
    exclusion_reason = fields.Selection(selection=EXCLUSION_REASONS, string="Why Not")
    priority = fields.Integer(default=10, help="Higher is called first.")
    next_at = fields.Datetime(
        string="Not Before", required=True, default=lambda self: fields.Datetime.now()
    )
    agent_id = fields.Many2one(comodel_name="res.users", index="btree_not_null")
    claimed_at = fields.Datetime()
    lease_until = fields.Datetime(
        string="Held Until", help="After this the callee goes back by itself."
    )
    is_callback = fields.Boolean(
        string="Callback", help="The time was agreed with the callee."
    )
    callback_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Callback By",
        index="btree_not_null",
        help="Empty: any agent of the campaign.",
    )
    attempt_ids = fields.One2many(
        comodel_name="crm.call.attempt", inverse_name="callee_id", string="Attempts"
    )
    attempt_count = fields.Integer(default=0, readonly=True)
    last_attempt_at = fields.Datetime(string="Last Attempt", readonly=True)
    last_outcome_id = fields.Many2one(comodel_name="crm.contact.outcome", readonly=True)

    _campaign_number_uniq = models.Constraint(
        "UNIQUE (campaign_id, e164)", "This number stands in the campaign already."
    )
    _live_number_uniq = models.UniqueIndex(
        "(e164) WHERE state IN ('claimed', 'dialing', 'talking')",
        "This number is being called already.",
    )
    _handout_idx = models.Index(
        "(campaign_id, state, priority DESC, next_at, id) "
        "WHERE state IN ('ready', 'callback')"
    )
    _lease_idx = models.Index("(lease_until) WHERE lease_until IS NOT NULL")

    @api.model
    def _choose_numbers(self, members):
        """The number to call for each customer or lead.

        :return: dict of member id → crm.phone.number (superuser: they may be hidden
            from whoever loads the campaign), without those that have none
        """
        is_lead = members._name == "crm.lead"
        owners = members if is_lead else members.partner_id
        field = "lead_id" if is_lead else "partner_id"
        rank = {kind: place for place, kind in enumerate(NUMBER_KINDS)}
        numbers = self.env["crm.phone.number"].search(
            [(field, "in", owners.ids), ("kind", "in", NUMBER_KINDS)]
        )
        best = {}
        for number in numbers.sorted(
            lambda n: (not n.e164, n.bad_count, rank[n.kind], n.sequence, n.id)
        ):
            best.setdefault(number[field].id, number.with_env(self._as_superuser().env))
        return {
            member.id: best[owner_id]
            for member in members
            if (owner_id := member.id if is_lead else member.partner_id.id) in best
        }

    def _as_superuser(self):
        """The same callees with superuser rights.

        The one door to more rights in this addon: agents may not read the callees
        and attempts of others, nobody may write any, yet both decide who is called.
        Whoever passes has checked that the callee is in the user's hands, or gives
        him nothing of what was read but counts.
        """
        return self.sudo()

    def _partner(self):
        """Whom the callee is about: the customer's contact, or the lead's if any."""
        self.ensure_one()
        return self.customer_id.partner_id or self.lead_id.partner_id
