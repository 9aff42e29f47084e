from odoo import api, models
from odoo.fields import Domain

from odoo.addons.crm_stage_pipeline.models.crm_main_line import MainLineRow


class CrmMainLine(models.AbstractModel):
    """What one's customers have asked the service for and still wait for (C16).

    A request stands in the row from the day it came until it is solved: its times are
    the service's matter, that the customer waits is his salesperson's.
    """

    _inherit = "crm.main.line"

    @api.model
    def _rows(self):
        rows = super()._rows()
        if not self.env["crm.service.ticket"].has_access("read"):
            return rows
        return [*rows, self._service_row()]

    @api.model
    def _service_row(self):
        return MainLineRow(
            code="service",
            name=self.env._("Service Requests of Customers"),
            model="crm.service.ticket",
            domain=Domain.TRUE,
            open_domain=Domain("state", "in", ("new", "open", "waiting")),
            visit_field="create_date",
            user_field="commercial_partner_id.pool_customer_id.owner_id",
            records_field=None,
            action="crm_service.crm_service_ticket_action",
        )
