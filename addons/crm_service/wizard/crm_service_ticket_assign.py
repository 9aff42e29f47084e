from odoo import fields, models
from odoo.exceptions import UserError


class CrmServiceTicketAssign(models.TransientModel):
    """Give many requests to another person or team at once."""

    _name = "crm.service.ticket.assign"
    _description = "Reassign Service Requests"

    ticket_ids = fields.Many2many(
        comodel_name="crm.service.ticket",
        string="Requests",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    team_id = fields.Many2one(comodel_name="crm.service.team")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Assign To",
        domain=[("share", "=", False)],
    )
    reason = fields.Char(help="Written into the history of every request.")

    def action_assign(self):
        self.ensure_one()
        vals = {}
        if self.team_id:
            vals["team_id"] = self.team_id.id
        if self.user_id:
            vals["user_id"] = self.user_id.id
        if not vals:
            raise UserError(self.env._("Choose a person or a team."))
        open_tickets = self.ticket_ids.filtered_domain(
            self.env["crm.service.ticket"]._open_domain()
        )
        open_tickets.write(vals)
        if self.reason:
            open_tickets._message_log_batch(
                bodies={ticket.id: self.reason for ticket in open_tickets}
            )
        return {"type": "ir.actions.act_window_close"}
