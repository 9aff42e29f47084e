from odoo import api, fields, models
from odoo.fields import Domain

# Records shown on the form; the button opens them all.
SHOWN = 20


class ResPartner(models.Model):
    """Contact records of a customer on the contact's form."""

    _inherit = "res.partner"

    contact_record_ids = fields.Many2many(
        comodel_name="crm.contact.record",
        compute="_compute_contact_record_ids",
        compute_sudo=False,
        groups="crm_stage_pipeline.crm_stage_pipeline_group_user",
        string="Contact Records",
        help="The latest ones, of the companies that are switched on.",
    )
    contact_record_count = fields.Integer(
        compute="_compute_contact_record_ids",
        compute_sudo=False,
        groups="crm_stage_pipeline.crm_stage_pipeline_group_user",
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_contact_record_ids(self):
        records = self.env["crm.contact.record"]
        counts = dict(
            records._read_group(
                [("customer_id.partner_id", "in", self.commercial_partner_id.ids)],
                ["customer_id"],
                ["__count"],
            )
        )
        for partner in self:
            commercial = partner.commercial_partner_id
            count = sum(
                number
                for customer, number in counts.items()
                if customer.partner_id == commercial
            )
            partner.contact_record_count = count
            partner.contact_record_ids = (
                records.search(partner._get_contact_record_domain(), limit=SHOWN)
                if count
                else False
            )

    def action_open_contact_records(self):
        """All contact records of this customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_stage_pipeline.crm_contact_record_action"
        )
        action["domain"] = list(self._get_contact_record_domain())
        action["context"] = self._get_contact_record_context()
        return action

    def action_new_contact_record(self):
        """Write down a contact with this customer or person."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Contact Record"),
            "res_model": "crm.contact.record",
            "view_mode": "form",
            "target": "new",
            "context": self._get_contact_record_context(),
        }

    def _get_contact_record_domain(self):
        self.ensure_one()
        return Domain("customer_id.partner_id", "=", self.commercial_partner_id.id)

    def _get_contact_record_context(self):
        return {
            "default_customer_id": self.pool_customer_id.id,
            "default_partner_id": self.id,
        }
