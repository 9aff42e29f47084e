from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError

from ..sla import ClockState, Segment

# stands for "nothing promised": longer than any calendar that is looked at
NO_BUDGET = timedelta(days=36500)


class CrmServiceSlaSegment(models.Model):
    """One change of one clock of one document; append-only.

    - From `start` (UTC) until the next segment of the same clock the clock is in
      `state`, may use `budget_minutes` in all and counts the hours of
      `calendar_id` (none: round the clock).
    - A pause, a resumption, another promise or another calendar is one more
      segment. Nothing is rewritten, so consumed time and deadline can always be
      computed again from the segments alone.
    """

    _name = "crm.service.sla.segment"
    _description = "Clock Segment"
    _order = "start, id"

    res_model = fields.Char(string="Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Document",
        model_field="res_model",
        required=True,
        readonly=True,
        index=True,
    )
    kind = fields.Selection(
        selection=[("response", "First response"), ("resolution", "Resolution")],
        string="Clock",
        required=True,
        readonly=True,
    )
    start = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        selection=[
            ("running", "Running"),
            ("paused", "Paused"),
            ("stopped", "Stopped"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Selection(
        selection=[
            ("created", "Created"),
            ("waiting", "Waiting for the customer"),
            ("resumed", "Resumed"),
            ("policy", "Promise changed"),
            ("answered", "Answered"),
            ("solved", "Solved"),
            ("reopened", "Reopened"),
        ],
        required=True,
        readonly=True,
    )
    sla_id = fields.Many2one(
        comodel_name="crm.service.sla",
        string="Policy",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    budget_minutes = fields.Integer(
        string="Promised Minutes",
        readonly=True,
        help="Working minutes promised in all; 0 when nothing is promised.",
    )
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Working Hours",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="By",
        readonly=True,
        default=lambda self: self.env.uid,
    )

    _document_idx = models.Index("(res_model, res_id, kind, start, id)")

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------
    def write(self, vals):  # pylint: disable=method-required-super  # append-only
        raise AccessError(self.env._("Clock segments are never changed."))

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------
    def _to_segment(self, work):
        """The pure form; `work` is the WorkingTime of this segment's calendar."""
        self.ensure_one()
        return Segment(
            start=self.start,
            state=ClockState(self.state),
            budget=timedelta(minutes=self.budget_minutes) or NO_BUDGET,
            work=work,
        )
