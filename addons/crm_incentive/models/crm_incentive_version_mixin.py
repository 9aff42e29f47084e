from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmIncentiveVersionMixin(models.AbstractModel):
    """What holds from a date on, until the next approved version.

    A draft may be changed; an approved version is read-only: a change is a new version
    from a later date.
    """

    _name = "crm.incentive.version.mixin"
    _description = "Version by Date"

    # stored fields that the system computes anew, in approved versions too
    _kept_current = frozenset()

    date_from = fields.Date(string="In Force From", required=True)
    state = fields.Selection(
        selection=[("draft", "Draft"), ("approved", "Approved")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    approved_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    approved_at = fields.Datetime(readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_no_state(vals)
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() - self._kept_current:
            self._check_draft()
            self._check_no_state(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self._check_draft()

    def action_new_version(self):
        """A draft copy, to be given its date."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        version = self.copy({"date_from": max(today, self.date_from)})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": version.id,
            "view_mode": "form",
        }

    def _approve(self):
        """Put the versions in force; they cannot be changed afterwards."""
        # past write(), which lets nobody set the state
        vals = {
            "state": "approved",
            "approved_by_id": self.env.uid,
            "approved_at": fields.Datetime.now(),
        }
        result = super().write(vals)  # pylint: disable=super-method-mismatch
        # what they count is marked from now on
        self.env.registry.clear_cache()
        return result

    def _check_no_state(self, vals):
        if {"state", "approved_by_id", "approved_at"} & vals.keys():
            raise UserError(self.env._("Versions are approved by their button."))

    def _check_draft(self):
        approved = self.filtered(lambda version: version.state == "approved")
        if approved:
            raise UserError(
                self.env._(
                    "%(name)s is approved and read-only: make a new version.",
                    name=approved[0].display_name,
                )
            )

    def _stated_error(self, period):
        """The version would begin in ``period``."""
        return UserError(
            self.env._(
                "%(name)s would begin in %(period)s, which is already stated.",
                name=self.display_name,
                period=period.name,
            )
        )
