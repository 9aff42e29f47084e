from odoo import api, fields, models
from odoo.fields import Domain

CALL_ACTION = "crm_asterisk.crm_call_action"


class ResPartner(models.Model):
    """A contact's calls, with their recordings, are found from the contact (A2, A5)."""

    _inherit = "res.partner"

    call_count = fields.Integer(
        string="Calls",
        compute="_compute_call_count",
        help="Of the contact and his company, as far as you may see them.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_call_count(self):
        calls = self.env["crm.call"]
        self.call_count = 0
        if calls.has_access("read"):
            for partner in self.filtered("id"):
                partner.call_count = calls.search_count(partner._get_call_domain())

    def action_open_calls(self):
        """Calls with the contact, or with anybody of the company."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(CALL_ACTION)
        return {**action, "domain": list(self._get_call_domain()), "context": {}}

    def _get_call_domain(self):
        """Of a company all calls; of a person his own."""
        self.ensure_one()
        domain = Domain("partner_id", "child_of", self.id)
        if self == self.commercial_partner_id:
            domain |= Domain("customer_id.partner_id", "=", self.id)
        return domain


class CrmPoolCustomer(models.Model):
    _inherit = "crm.pool.customer"

    def action_open_calls(self):
        """Calls with the customer."""
        self.ensure_one()
        return self.partner_id.action_open_calls()
