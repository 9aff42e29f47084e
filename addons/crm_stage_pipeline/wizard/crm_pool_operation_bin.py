from odoo import fields, models

from .crm_pool_operation import DONE_CODES

DONE_CODES.add("deleted")


class CrmPoolOperation(models.TransientModel):
    """Deleting customers: a reason, and a line for each (P51)."""

    _inherit = "crm.pool.operation"

    action = fields.Selection(
        selection_add=[("delete", "Delete")], ondelete={"delete": "cascade"}
    )

    def _run(self):
        if self.action == "delete":
            return self._chosen().action_delete(self.reason)
        return super()._run()
