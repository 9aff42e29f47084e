from odoo import fields, models


class CrmPoolDialogMixin(models.AbstractModel):
    """A dialog about one `action` of a list: asks first, then shows what came of it."""

    _name = "crm.pool.dialog.mixin"
    _description = "Dialog of an Action"

    state = fields.Selection(
        selection=[("ask", "Ask"), ("done", "Done")], default="ask", required=True
    )

    def _dialog(self):
        """The action that shows this dialog, named like what it does."""
        self.ensure_one()
        names = dict(self._fields["action"]._description_selection(self.env))
        return {
            "type": "ir.actions.act_window",
            "name": names[self.action],
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
