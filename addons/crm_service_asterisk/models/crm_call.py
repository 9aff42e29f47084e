from odoo import fields, models
from odoo.exceptions import UserError


class CrmCall(models.Model):
    _inherit = "crm.call"

    ticket_ids = fields.One2many(
        comodel_name="crm.service.ticket",
        inverse_name="call_id",
        string="Service Requests",
    )

    def action_new_ticket(self):
        """A service request of the caller, filled in; nothing is stored before it is
        saved."""
        self.ensure_one()
        self.check_access("read")
        if not self.partner_id:
            raise UserError(
                self.env._("Nobody knows yet who called: enter the customer first.")
            )
        tickets = self.env["crm.service.ticket"]
        tickets.check_access("create")
        return {
            "type": "ir.actions.act_window",
            "res_model": tickets._name,
            "name": self.env._("New request"),
            "views": [[False, "form"]],
            "context": {
                "default_partner_id": self.partner_id.commercial_partner_id.id,
                "default_contact_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
                "default_callback_number": self._shown_number(self.env.user),
                "default_channel": "phone",
                "default_call_id": self.id,
            },
        }
