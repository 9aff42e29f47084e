from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmIncentiveAppendedMixin(models.AbstractModel):
    """Rows of a person that runs append by SQL: never changed, never deleted.

    What no longer holds is taken back by a reversal, and a new revision is appended.
    """

    _name = "crm.incentive.appended.mixin"
    _description = "Appended by Runs"

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    date = fields.Date(required=True, readonly=True)
    currency_id = fields.Many2one(
        comodel_name="res.currency", required=True, readonly=True
    )
    revision = fields.Integer(required=True, readonly=True)
    fingerprint = fields.Char(required=True, readonly=True)
    run_id = fields.Many2one(
        comodel_name="crm.incentive.run", readonly=True, ondelete="restrict"
    )

    @api.model_create_multi
    def create(self, vals_list):
        # pylint: disable=method-required-super; nobody creates through the ORM
        raise self._appended_error()

    def write(self, vals):
        # pylint: disable=method-required-super; nobody writes through the ORM
        raise self._appended_error()

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise self._appended_error()

    @api.model
    def _appended_error(self):
        return UserError(
            self.env._(
                "Credits and ledger entries are written by runs only; they are never "
                "changed or deleted."
            )
        )
