from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

# Rows made at once: keeps one load below the limit of a request.
LOAD_LIMIT = 20000


class CrmCallCampaign(models.Model):
    """Whom to call, by whom, with which words and how often (T2).

    - Only a running campaign hands out callees, and only to its agents.
    - Starting loads the lists; loading again adds what is new and changes nothing
      that is there. A telephone number stands once in a campaign.
    - Times are minutes or seconds as said in the label; moments are UTC.
    """

    _name = "crm.call.campaign"
    _description = "Call Campaign"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        index="btree_not_null",
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("done", "Done"),
        ],
        required=True,
        default="draft",
        readonly=True,
        index=True,
        copy=False,
    )
    mode = fields.Selection(
        selection=[("preview", "Preview"), ("manual", "Manual")],
        required=True,
        default="preview",
        help="Preview: the agent reads first and dials with one click. Manual: the "
        "agent dials on a telephone of his own; nothing is dialled for him.",
    )
    list_ids = fields.Many2many(
        comodel_name="crm.call.list",
        string="Lists",
        domain="[('kind', '=', 'shared'), ('company_id', '=', company_id)]",
        check_company=True,
    )
    agent_ids = fields.Many2many(
        comodel_name="res.users", string="Agents", domain=[("share", "=", False)]
    )
    script_id = fields.Many2one(
        comodel_name="crm.call.script",
        domain="[('kind', '=', 'reference')]",
        check_company=True,
        index="btree_not_null",
    )
    outcome_ids = fields.One2many(
        comodel_name="crm.call.campaign.outcome",
        inverse_name="campaign_id",
        string="Outcomes",
        copy=True,
    )
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Calling Hours",
        required=True,
        check_company=True,
        default=lambda self: self.env.company.resource_calendar_id,
        help="Working hours and public holidays, read on the callee's own clock.",
    )
    max_attempts = fields.Integer(default=6, required=True)
    min_gap_minutes = fields.Integer(
        string="Gap (min)",
        default=60,
        required=True,
        help="Least time between two attempts on a number, over all campaigns.",
    )
    daily_cap = fields.Integer(
        string="Attempts a Day",
        default=3,
        required=True,
        help="Most attempts on a number in a day of the callee, over all campaigns.",
    )
    bad_number_limit = fields.Integer(
        default=2,
        required=True,
        help="A number found void or wrong so often is not called any more.",
    )
    lease_minutes = fields.Integer(
        string="Hold (min)",
        default=10,
        required=True,
        help="A callee handed out and not dialled goes back after so long.",
    )
    ring_seconds = fields.Integer(string="Ring (s)", default=25, required=True)
    wrap_up_seconds = fields.Integer(string="Wrap-up (s)", default=30, required=True)
    utm_campaign_id = fields.Many2one(
        comodel_name="utm.campaign",
        string="Marketing Campaign",
        ondelete="restrict",
        index="btree_not_null",
        copy=False,
        help="Leads, quotations and orders made from a call carry it, so that revenue "
        "is reported per campaign. Made at the start when empty.",
    )
    callee_ids = fields.One2many(
        comodel_name="crm.callee", inverse_name="campaign_id", string="Callees"
    )
    callee_count = fields.Integer(compute="_compute_callee_count")
    waiting_text = fields.Text(
        string="Why Is Nothing Handed Out?", compute="_compute_waiting_text"
    )

    _limits_check = models.Constraint(
        "CHECK (max_attempts > 0 AND min_gap_minutes >= 0 AND daily_cap > 0 "
        "AND bad_number_limit > 0 AND lease_minutes > 0 AND wrap_up_seconds >= 0)",
        "Attempts, cap and hold are at least 1, gap and wrap-up not negative.",
    )
    _ring_check = models.Constraint(
        "CHECK (ring_seconds >= 15)", "Let it ring for at least 15 seconds."
    )

    @api.depends("callee_ids")
    def _compute_callee_count(self):
        counts = dict(
            self.env["crm.callee"]._read_group(
                [("campaign_id", "in", self.ids)], ["campaign_id"], ["__count"]
            )
        )
        for campaign in self:
            campaign.callee_count = counts.get(campaign, 0)

    @api.depends("callee_ids.state", "callee_ids.exclusion_reason")
    def _compute_waiting_text(self):
        for campaign in self:
            campaign.waiting_text = "\n".join(
                f"{line['name']}: {line['count']}" for line in campaign._waiting()
            )

    def action_start(self):
        """Check what a campaign needs, load its lists and let agents begin."""
        for campaign in self:
            campaign._check_startable()
            if not campaign.utm_campaign_id:
                campaign.utm_campaign_id = self.env["utm.campaign"].create(
                    {"title": campaign.name}
                )
            campaign._load()
        self.state = "running"
        return True

    def action_pause(self):
        """Nothing is handed out until the campaign is started again."""
        self.filtered(lambda campaign: campaign.state == "running").state = "paused"
        return True

    def action_end(self):
        """End the campaign; callees in hand may still be finished."""
        self.state = "done"
        return True

    def action_load(self):
        """Add new rows of the lists and tell what came of it."""
        self.ensure_one()
        added, excluded = self._load()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._(
                    "%(added)s callees added, %(excluded)s of them are left out.",
                    added=added,
                    excluded=excluded,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_callees(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "crm.callee",
            "views": [[False, "list"], [False, "form"]],
            "domain": [("campaign_id", "=", self.id)],
        }

    def _check_startable(self):
        """
        :raises UserError: when lists, agents, outcomes or a usable script are missing
        """
        self.ensure_one()
        missing = [
            self._fields[name]._description_string(self.env)
            for name in ("list_ids", "agent_ids", "outcome_ids")
            if not self[name]
        ]
        if missing:
            raise UserError(
                self.env._(
                    "Campaign %(name)s cannot start without: %(missing)s",
                    name=self.name,
                    missing=", ".join(missing),
                )
            )
        if self.script_id and not self.script_id._is_usable():
            raise UserError(
                self.env._(
                    "The script of campaign %(name)s cannot be used:\n%(problems)s",
                    name=self.name,
                    problems=self.script_id.problem_text,
                )
            )

    def _load(self):
        """Make callees of list rows that are new, as far as the current user sees them.

        :return: how many were added, how many of these are excluded for good
        """
        self.ensure_one()
        known = self._known_members()
        # whoever loads a campaign may read the numbers masked: they are compared only
        callees_sudo = self.callee_ids._as_superuser()
        numbers = set(callees_sudo.filtered("e164").mapped("e164"))
        vals_list = []
        for call_list in self.list_ids:
            members = call_list._members()
            chosen = self.env["crm.callee"]._choose_numbers(members)
            for member in members:
                number = chosen.get(member.id)
                key = (member._name, member.id)
                if key in known or (number and number.e164 in numbers):
                    continue
                known.add(key)
                if number:
                    numbers.add(number.e164)
                vals_list.append(self._prepare_callee_vals(member, number))
                if len(vals_list) >= LOAD_LIMIT:
                    break
        # callees belong to the campaign; agents and managers have no right to make any
        callees_sudo = self.env["crm.callee"]._as_superuser().create(vals_list)
        callees_sudo._apply_exclusions()
        excluded = callees_sudo.filtered(lambda callee: callee.state == "excluded")
        return len(callees_sudo), len(excluded)

    def _known_members(self):
        known = set()
        for callee in self.callee_ids:
            known.add(("crm.pool.customer", callee.customer_id.id))
            known.add(("crm.lead", callee.lead_id.id))
        return known

    def _prepare_callee_vals(self, member, number):
        is_lead = member._name == "crm.lead"
        return {
            "campaign_id": self.id,
            "lead_id": member.id if is_lead else False,
            "customer_id": False if is_lead else member.id,
            "number_id": number.id if number else False,
            "e164": number.e164 if number else False,
            "name": member.display_name,
        }

    def _waiting(self):
        """What the callees of these campaigns are waiting for, with counts.

        Those that wait for a moment have the first one in the name, in the zone of
        the user.

        :return: list of {"code", "name", "count"}
        """
        # counts only: agents may not read the callees of others
        callees_sudo = self.env["crm.callee"]._as_superuser()
        campaign = Domain("campaign_id", "in", self.ids)
        waiting = campaign & Domain("state", "in", ("ready", "callback"))
        due = waiting & Domain("next_at", "<=", fields.Datetime.now())
        rest = campaign & ~due
        counts, firsts = {"due": callees_sudo.search_count(due)}, {}
        for state, reason, count, first in callees_sudo._read_group(
            rest, ["state", "exclusion_reason"], ["__count", "next_at:min"]
        ):
            code = reason or state
            counts[code] = counts.get(code, 0) + count
            if state in ("ready", "callback"):
                firsts[code] = min(first, firsts.get(code, first))
        return [
            {
                "code": code,
                "name": self._waiting_name(label, firsts.get(code)),
                "count": counts[code],
            }
            for code, label in self._waiting_labels()
            if counts.get(code)
        ]

    def _waiting_name(self, label, first):
        if not first:
            return label
        return self.env._(
            "%(reason)s, the first until %(time)s",
            reason=label,
            time=format_datetime(self.env, first, dt_format="short"),
        )

    def _waiting_labels(self):
        """Codes of `_waiting` with what is shown, in the order of showing."""
        states = self.env["crm.callee"]._fields["state"]
        reasons = self.env["crm.callee"]._fields["exclusion_reason"]
        yield "due", self.env._("Can be called now")
        yield from states._description_selection(self.env)
        yield from reasons._description_selection(self.env)
