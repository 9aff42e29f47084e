from lxml import etree

from odoo import api, models


class ResPartnerReport(models.AbstractModel):
    """Printed contact persons: the columns of their own list."""

    _name = "report.crm_stage_pipeline.res_partner_report"
    _inherit = "crm.list.report"
    _description = "Printed List of Contacts"

    _list_model = "res.partner"

    @api.model
    def _title(self, records):
        return self.env._("Contacts")

    @api.model
    def _list_arch(self, records):
        view = self.env.ref("crm_stage_pipeline.res_partner_view_list_person")
        return etree.fromstring(records.get_view(view.id, "list")["arch"])
