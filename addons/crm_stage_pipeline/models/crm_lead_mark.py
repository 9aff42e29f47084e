from odoo import models


class CrmLead(models.Model):
    """Pausing and resuming the sale of an opportunity (P10).

    A resumed one is selling again, and lifts its customer like a new one (P12).
    """

    _inherit = "crm.lead"

    def action_pause_selling(self):
        self.filtered(lambda lead: lead.sales_mark == "selling").is_sales_paused = True

    def action_resume_selling(self):
        self.filtered(lambda lead: lead.sales_mark == "paused").is_sales_paused = False
