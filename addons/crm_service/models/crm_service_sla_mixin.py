from odoo import api, fields, models
from odoo.exceptions import AccessError

KINDS = ("response", "resolution")
STATUSES = [
    ("none", "Nothing promised"),
    ("running", "Running"),
    ("paused", "Paused"),
    ("overdue", "Overdue"),
    ("met", "Kept"),
    ("missed", "Missed"),
]
# written by the engine only
PROTECTED = {
    "response_deadline",
    "response_status",
    "resolution_deadline",
    "resolution_status",
    "sla_id",
    "sla_segment_ids",
    "sla_next_step_at",
}


class CrmServiceSlaMixin(models.AbstractModel):
    """Promised times of a document: first response and resolution, each a clock.

    - The model has `company_id` and inherits mail.activity.mixin; it says by
      `_sla_criteria` what its policies match, and moves the clocks by `_sla_mark`.
    - Clocks start at creation and count even when nothing is promised yet, so a
      promise that comes later finds the time already used.
    - A change of policy keeps consumed time and pauses.
    - Deadline and status are computed from the segments and stored; the next
      moment at which an escalation is due is stored and indexed for the scheduler.
    """

    _name = "crm.service.sla.mixin"
    _description = "Promised Times of a Document"

    sla_id = fields.Many2one(
        comodel_name="crm.service.sla",
        string="Promise",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    sla_segment_ids = fields.One2many(
        comodel_name="crm.service.sla.segment",
        inverse_name="res_id",
        string="Clock Segments",
        domain=lambda self: [("res_model", "=", self._name)],
        bypass_search_access=True,
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    response_deadline = fields.Datetime(
        string="First Response By", readonly=True, copy=False
    )
    response_status = fields.Selection(
        selection=STATUSES,
        string="First Response",
        default="none",
        readonly=True,
        copy=False,
    )
    resolution_deadline = fields.Datetime(string="Solved By", readonly=True, copy=False)
    resolution_status = fields.Selection(
        selection=STATUSES,
        string="Resolution",
        default="none",
        readonly=True,
        copy=False,
    )
    sla_next_step_at = fields.Datetime(
        string="Next Escalation",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
    )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._sla_refuse(vals)
        records = super().create(vals_list)
        records._engine_sudo()._sla_begin()
        return records

    def write(self, vals):
        self._sla_refuse(vals)
        result = super().write(vals)
        if self._sla_criteria_fields() & vals.keys():
            self._engine_sudo()._sla_follow_policy()
        return result

    def unlink(self):
        # the segments belong to the document and go with it, whoever deletes it
        env_sudo = self._engine_sudo().env
        domain = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        segments_sudo = env_sudo["crm.service.sla.segment"].search(domain)
        escalations_sudo = env_sudo["crm.service.sla.escalation"].search(domain)
        result = super().unlink()
        segments_sudo.unlink()
        escalations_sudo.unlink()
        return result

    # ------------------------------------------------------------------
    # Business: what a model says about itself
    # ------------------------------------------------------------------
    @api.model
    def _sla_criteria_fields(self):
        """Names of the fields whose change asks for the fitting policy again."""
        return {"company_id"}

    def _sla_criteria(self):
        """Criteria of one record, see crm.service.sla._best_for."""
        return {}

    def _sla_calendar(self, policy):
        """The working hours that count for `policy` (may be empty)."""
        return policy.calendar_id or self.company_id.resource_calendar_id

    def _sla_responsible(self):
        """The user who is told about a missed promise."""
        return self.env["res.users"]

    # ------------------------------------------------------------------
    # Business: moving the clocks (all on the records of _engine_sudo)
    # ------------------------------------------------------------------
    def _engine_sudo(self):
        """These records for the engine, the one door of this file to more rights."""
        # a promise must not depend on who asks: policies, calendars and clocks are
        # read, and clocks and their results written, by the engine alone
        return self.sudo()

    def _sla_refuse(self, vals):
        if not self.env.su and (names := PROTECTED & vals.keys()):
            raise AccessError(
                self.env._(
                    "Promised times follow from policies and clocks and cannot be "
                    "written: %(names)s",
                    names=", ".join(sorted(names)),
                )
            )

    def _sla_policies(self):
        """{record id: best policy}."""
        none = self.env["crm.service.sla"]
        policies = none._policies_of(self.company_id)
        return {
            record.id: policies.get(record.company_id, none)._best_for(
                record._sla_criteria()
            )
            for record in self
        }

    def _sla_begin(self):
        """Start both clocks of new records."""
        now = fields.Datetime.now()
        vals_list = []
        for record, policy in zip(self, self._sla_policies().values(), strict=True):
            for kind in KINDS:
                vals_list.append(
                    record._sla_segment_vals(kind, "running", "created", policy, now)
                )
        self._sla_append(vals_list)

    def _sla_follow_policy(self):
        """Give clocks that are not stopped the promise that fits now."""
        now = fields.Datetime.now()
        policies = self._sla_policies()
        last = self._sla_last_segments()
        vals_list = []
        for record in self:
            policy = policies[record.id]
            for kind in KINDS:
                segment = last.get((record.id, kind))
                if not segment or segment.state == "stopped":
                    continue
                vals = record._sla_segment_vals(
                    kind, segment.state, "policy", policy, now
                )
                if (
                    segment.budget_minutes,
                    segment.calendar_id.id,
                    segment.sla_id.id,
                ) != (vals["budget_minutes"], vals["calendar_id"], vals["sla_id"]):
                    vals_list.append(vals)
        self._sla_append(vals_list)

    def _sla_mark(self, kinds, state, reason, reopen=False):
        """Put clocks in `state` from now on; a stopped clock only with `reopen`."""
        now = fields.Datetime.now()
        last = self._sla_last_segments()
        vals_list = []
        for record in self:
            for kind in kinds:
                segment = last.get((record.id, kind))
                if not segment or segment.state == state:
                    continue
                if segment.state == "stopped" and not reopen:
                    continue
                vals_list.append(
                    {
                        "res_model": self._name,
                        "res_id": record.id,
                        "kind": kind,
                        "start": max(now, segment.start),
                        "state": state,
                        "reason": reason,
                        "sla_id": segment.sla_id.id,
                        "budget_minutes": segment.budget_minutes,
                        "calendar_id": segment.calendar_id.id,
                        "user_id": self.env.uid,
                    }
                )
        self._sla_append(vals_list)

    def _sla_segment_vals(self, kind, state, reason, policy, now):
        return {
            "res_model": self._name,
            "res_id": self.id,
            "kind": kind,
            "start": now,
            "state": state,
            "reason": reason,
            "sla_id": policy.id,
            "budget_minutes": policy[f"{kind}_minutes"],
            "calendar_id": self._sla_calendar(policy).id,
            "user_id": self.env.uid,
        }

    def _sla_append(self, vals_list):
        if not vals_list:
            return
        self.env["crm.service.sla.segment"].create(vals_list)
        touched = {vals["res_id"] for vals in vals_list}
        records = self.filtered(lambda record: record.id in touched)
        records.invalidate_recordset(["sla_segment_ids"])
        records._sla_refresh(fields.Datetime.now())

    def _sla_refresh(self, now):
        """Store what the clocks show at `now` (UTC): deadline, status, next step."""
        readings = self._sla_read(now)
        last = self._sla_last_segments()
        for record in self:
            vals, steps = {}, []
            for kind in KINDS:
                reading = readings.get((record.id, kind))
                vals[f"{kind}_deadline"] = reading.deadline if reading else False
                vals[f"{kind}_status"] = status = self._sla_status(reading)
                if status == "running" and reading.deadline:
                    steps.append(reading.deadline)
            vals["sla_next_step_at"] = min(steps, default=False)
            policies = [
                last[record.id, kind].sla_id
                for kind in KINDS
                if (record.id, kind) in last
            ]
            vals["sla_id"] = policies[-1].id if policies else False
            changed = {
                name: value
                for name, value in vals.items()
                if record._fields[name].convert_to_write(record[name], record) != value
            }
            if changed:
                record.write(changed)

    @api.model
    def _sla_status(self, reading):
        if reading is None:
            return "none"
        state = reading.state.value
        if state == "stopped":
            return "missed" if reading.breached else "met"
        return "overdue" if reading.breached else state
