from odoo import fields, models


class CrmServiceTicketHours(models.TransientModel):
    """Record hours worked on a request under an agreement by hours."""

    _name = "crm.service.ticket.hours"
    _description = "Record Service Hours"

    ticket_id = fields.Many2one(
        comodel_name="crm.service.ticket",
        string="Request",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    agreement_id = fields.Many2one(related="ticket_id.agreement_id")
    remaining_quantity = fields.Float(
        related="agreement_id.remaining_quantity", string="Hours Left"
    )
    hours = fields.Float(
        required=True, help="What goes beyond the hours left is kept apart."
    )
    note = fields.Char(string="What Was Done")

    def action_record(self):
        self.ensure_one()
        self.ticket_id.check_access("write")
        self.ticket_id._record_hours(self.hours, note=self.note)
        return {"type": "ir.actions.act_window_close"}
