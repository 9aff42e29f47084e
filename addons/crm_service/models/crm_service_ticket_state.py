from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

# where a request may go from each stage
MOVES = {
    "new": {"open", "waiting", "solved", "closed"},
    "open": {"waiting", "solved", "closed"},
    "waiting": {"open", "solved", "closed"},
    "solved": {"open", "closed"},
    "closed": {"open"},
}
ENGINE_FIELDS = {"number", "first_response_at", "solved_at", "closed_at"}


class CrmServiceTicket(models.Model):
    """Stages of a request and its clocks.

    - Waiting for the customer pauses both clocks; back to open runs them again.
    - Solved or closed stops both; reopening runs the resolution clock again.
    - The first answer stops the response clock, known by its author: an internal
      user who writes to the customer (a note does not count), or who says that the
      customer was answered by telephone.
    - A customer who writes while asked or after the solution reopens the request.
    """

    _inherit = "crm.service.ticket"

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("state", "new") not in ("new", "open"):
                raise UserError(self.env._("A request starts as new or open."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and ENGINE_FIELDS & vals.keys():
            raise AccessError(
                self.env._("The number and the times of a request cannot be written.")
            )
        self._check_partner_access(vals)
        if "state" not in vals:
            return super().write(vals)
        moving = self.filtered(lambda ticket: ticket.state != vals["state"])
        moving._check_move(vals["state"])
        before = {ticket.id: ticket.state for ticket in moving}
        result = super().write(vals)
        moving._after_move(before)
        return result

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------
    def action_take(self):
        """Make the requests mine and open them."""
        self.write({"user_id": self.env.uid})
        self.filtered(lambda ticket: ticket.state == "new").write({"state": "open"})

    def action_wait(self):
        self.write({"state": "waiting"})

    def action_resume(self):
        self.write({"state": "open"})

    def action_solve(self):
        self.write({"state": "solved"})

    def action_close(self):
        self.write({"state": "closed"})

    def action_reopen(self):
        self.write({"state": "open"})

    def action_answered(self):
        """The customer was answered outside this page, for example by telephone."""
        self.check_access("write")
        self._answer()

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------
    def _check_move(self, state):
        names = dict(self._fields["state"]._description_selection(self.env))
        for ticket in self:
            if state not in MOVES[ticket.state]:
                raise UserError(
                    self.env._(
                        "%(number)s cannot go from %(old)s to %(new)s.",
                        number=ticket.number,
                        old=names[ticket.state],
                        new=names.get(state, state),
                    )
                )

    def _after_move(self, before):
        now = fields.Datetime.now()
        for ticket in self._engine_sudo():
            old, new = before[ticket.id], ticket.state
            if new == "waiting":
                ticket._sla_mark(("response", "resolution"), "paused", "waiting")
            elif new in ("solved", "closed"):
                ticket._sla_mark(("response", "resolution"), "stopped", "solved")
                ticket.write({f"{new}_at": now})
            elif old == "waiting":
                ticket._sla_mark(("response", "resolution"), "running", "resumed")
            elif old in ("solved", "closed"):
                ticket._sla_mark(("resolution",), "running", "reopened", reopen=True)
                ticket.write({"solved_at": False, "closed_at": False})

    def _answer(self, channel="call"):
        """Stop the response clock of the requests that were not answered yet.

        channel: how, as in crm.contact.record.
        """
        tickets_sudo = self._engine_sudo()
        first_sudo = tickets_sudo.filtered(lambda ticket: not ticket.first_response_at)
        first_sudo.write({"first_response_at": fields.Datetime.now()})
        tickets_sudo._sla_mark(("response",), "stopped", "answered")

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        if message.message_type not in ("comment", "email", "email_outgoing"):
            return result
        if message.is_internal or message.subtype_id.internal:
            return result
        # a customer has no right to write a request, only to go on with it
        tickets_sudo = self._engine_sudo()
        author_sudo = message.with_env(tickets_sudo.env).author_id
        if author_sudo.user_ids.filtered(lambda user: not user.share):
            self._answer("email")
        elif author_sudo.commercial_partner_id == tickets_sudo.commercial_partner_id:
            tickets_sudo.filtered(
                lambda ticket: ticket.state in ("waiting", "solved")
            ).write({"state": "open"})
        return result
