from odoo import api, models

from ..numbering.masking import mask
from .number_field import NumberField


class CrmContactRestriction(models.Model):
    """A restricted number is masked where it is the number of a masked customer.

    Else the list of those who must not be called would give their numbers (P32).
    """

    _name = "crm.contact.restriction"
    _inherit = ["crm.contact.restriction", "crm.contact.number.mixin"]

    _number_key_field = "key"

    number = NumberField()
    key = NumberField()

    @api.depends("is_number_masked")
    @api.depends_context("uid")
    def _compute_display_name(self):
        """Masked also for a superuser: names of many2one fields are read as one."""
        result = super()._compute_display_name()
        system = self.env["crm.pool.customer"]._privileged().env
        for restriction in self.filtered("is_number_masked"):
            key = restriction.with_env(system).key
            if restriction.kind == "number" and key:
                name = restriction.display_name or ""
                restriction.display_name = name.replace(key, mask(key))
        return result
