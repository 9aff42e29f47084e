from odoo import api, fields, models

# Enough for a page; older ones stand in the list of requests.
SHOWN = 20


class CrmPoolCustomer(models.Model):
    """The customer's requests, beside the tracking screen (G32)."""

    _inherit = "crm.pool.customer"

    service_ticket_ids = fields.Many2many(
        comodel_name="crm.service.ticket",
        compute="_compute_service_ticket_ids",
        compute_sudo=False,
        string="Service Requests",
        help="Latest first; those that the user may read.",
    )

    @api.depends("partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_service_ticket_ids(self):
        tickets = self.env["crm.service.ticket"]
        for customer in self:
            customer.service_ticket_ids = tickets.has_access("read") and tickets.search(
                [
                    ("commercial_partner_id", "=", customer.partner_id.id),
                    ("company_id", "=", customer.company_id.id),
                ],
                order="id desc",
                limit=SHOWN,
            )

    def action_open_service_tickets(self):
        """All service requests of the customer."""
        return self._open_part(
            "crm.service.ticket",
            self.env._("Service Requests of %(customer)s", customer=self.name),
            [
                ("commercial_partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
            ],
        )
