from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_stage_pipeline.models.crm_main_line import MainLineRow


class CrmMainLine(models.AbstractModel):
    """Callbacks that were agreed stand first on the main line: somebody waits (C16)."""

    _inherit = "crm.main.line"

    @api.model
    def _rows(self):
        rows = super()._rows()
        if not self.env["crm.callee"].has_access("read"):
            return rows
        return [self._callback_row(), *rows]

    @api.model
    def _callback_row(self):
        return MainLineRow(
            code="callback",
            name=self.env._("Callbacks"),
            model="crm.callee",
            domain=Domain("is_callback", "=", True),
            open_domain=Domain("state", "=", "callback"),
            visit_field="next_at",
            user_field="callback_user_id",
            records_field=None,
            action="crm_telesales.crm_callee_action",
        )


class CrmWorkQueue(models.AbstractModel):
    """A callback is offered when its time has come, at the call desk."""

    _inherit = "crm.work.queue"

    @api.model
    def _due(self, row, column, scope, domain, limit):
        if row.code == "callback":
            domain &= Domain(row.visit_field, "<=", fields.Datetime.now())
        return super()._due(row, column, scope, domain, limit)

    @api.model
    def _item(self, row, column, record):
        item = super()._item(row, column, record)
        if row.code == "callback":
            item["action"] = "crm_telesales.crm_call_desk_action"
        return item
