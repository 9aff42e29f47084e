from odoo import api, models
from odoo.fields import Domain

from .crm_main_line import MainLineRow


class CrmMainLine(models.AbstractModel):
    """The steps have numbers and lists of their own, after the customers' rows."""

    _inherit = "crm.main.line"

    @api.model
    def _rows(self):
        kinds = self.env["crm.contact.record"]._fields["step_kind"]
        steps = [
            self._step_row(code, name)
            for code, name in kinds._description_selection(self.env)
        ]
        return [*super()._rows(), *steps]

    @api.model
    def _step_row(self, code, name):
        return MainLineRow(
            code=f"step_{code}",
            name=name,
            model="crm.contact.record",
            domain=Domain("step_kind", "=", code),
            open_domain=Domain("is_step_done", "=", False),
            visit_field="step_at",
            user_field="user_id",
            records_field=None,
            action="crm_stage_pipeline.crm_contact_record_action_step",
            key=("step_kind", code),
        )
