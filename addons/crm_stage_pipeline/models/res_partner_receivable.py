from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """Whose invoices fall due within the company's days of reminder (G19).

    Overdue ones count too. Contacts go by their company.
    """

    _inherit = "res.partner"

    has_receivable_soon = fields.Boolean(
        string="Receivable Due Soon",
        compute="_compute_has_receivable_soon",
        search="_search_has_receivable_soon",
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_has_receivable_soon(self):
        within = [("commercial_partner_id", "in", self.commercial_partner_id.ids)]
        due_ids = self._receivable_partner_ids(Domain(within))
        for partner in self:
            partner.has_receivable_soon = partner.commercial_partner_id.id in due_ids

    @api.model
    def _search_has_receivable_soon(self, operator, value):
        if operator != "in" or len(value) != 1:
            return NotImplemented
        due_ids = list(self._receivable_partner_ids())
        how = "in" if True in value else "not in"
        return Domain("commercial_partner_id", how, due_ids)

    @api.model
    def _receivable_partner_ids(self, condition=Domain.TRUE):
        """Commercial partners with an open invoice of the current company that is due.

        Superuser: who sees a customer may know that it is to pay, though not read
        the invoice.
        """
        company = self.env.company
        policy = self.env["crm.pool.policy"]._policy_for(company)
        last = fields.Date.context_today(self) + timedelta(
            days=policy.receivable_reminder_days
        )
        moves_sudo = self.env["crm.pool.customer"]._privileged().env["account.move"]
        groups = moves_sudo._read_group(
            Domain("move_type", "=", "out_invoice")
            & Domain("state", "=", "posted")
            & Domain("payment_state", "in", ("not_paid", "partial"))
            & Domain("company_id", "=", company.id)
            & Domain("invoice_date_due", "<=", last)
            & condition,
            ["commercial_partner_id"],
        )
        return {partner.id for (partner,) in groups}
