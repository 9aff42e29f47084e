from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.crm_stage_pipeline.models.crm_main_line import MainLineRow

from .crm_call_missed import LOST

# Who was not called back by then has called again, or somebody else.
KEPT = timedelta(days=7)


class CrmMainLine(models.AbstractModel):
    """Missed calls stand first on the main line until they are returned (C16)."""

    _inherit = "crm.main.line"

    @api.model
    def _rows(self):
        rows = super()._rows()
        if not self.env["crm.call"].has_access("read"):
            return rows
        return [self._missed_row(), *rows]

    @api.model
    def _missed_row(self):
        return MainLineRow(
            code="missed_call",
            name=self.env._("Missed Calls"),
            model="crm.call",
            domain=Domain("direction", "=", "in")
            & Domain("result", "in", LOST)
            & Domain("started_at", ">=", self._today() - KEPT),
            open_domain=Domain("is_returned", "=", False),
            visit_field="started_at",
            user_field="user_id",
            records_field=None,
            action="crm_asterisk.crm_call_action",
        )
