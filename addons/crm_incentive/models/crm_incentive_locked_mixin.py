from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmIncentiveLockedMixin(models.AbstractModel):
    """What an approved plan version uses is read-only, save for its name.

    The model has the components that use it as `component_ids`.
    """

    _name = "crm.incentive.locked.mixin"
    _description = "Used by Approved Plans"

    is_locked = fields.Boolean(compute="_compute_is_locked", compute_sudo=True)

    @api.depends("component_ids.version_id.state")
    def _compute_is_locked(self):
        for record in self:
            states = record.component_ids.version_id.mapped("state")
            record.is_locked = "approved" in states

    def write(self, vals):
        if vals.keys() - {"name", "active"}:
            self._check_unlocked()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self._check_unlocked()

    def _check_unlocked(self):
        locked = self.filtered("is_locked")
        if locked:
            raise UserError(
                self.env._(
                    "%(name)s is used by an approved plan: make a copy.",
                    name=locked[0].name,
                )
            )
