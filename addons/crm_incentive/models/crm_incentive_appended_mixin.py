from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.crm_stage_pipeline.models.kept_many2one import KeptMany2one


class CrmIncentiveAppendedMixin(models.AbstractModel):
    """Rows of a person that runs append by SQL: never changed, never deleted.

    What no longer holds is taken back by a reversal, and a new revision is appended.
    """

    _name = "crm.incentive.appended.mixin"
    _description = "Appended by Runs"

    # kept by its plans and measures
    company_id = KeptMany2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="restrict"
    )
    # refuses to be deleted when it has credits
    participant_id = KeptMany2one(
        comodel_name="crm.incentive.participant",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    date = fields.Date(required=True, readonly=True)
    # refuses to be deleted when something is credited in it
    currency_id = KeptMany2one(
        comodel_name="res.currency", required=True, readonly=True, ondelete="restrict"
    )
    revision = fields.Integer(required=True, readonly=True)
    # a finished run is kept
    run_id = KeptMany2one(
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
    def _is_named(self, name, records):
        """Whether a row of anybody, in any company, has one of ``records`` there."""
        # whoever asks: it is about deleting them
        rows_sudo = self.sudo()
        return bool(rows_sudo.search_count([(name, "in", records.ids)], limit=1))

    @api.model
    def _stands(self, alias):
        """Condition that the row ``alias`` holds: neither a reversal nor reversed."""
        return SQL(
            """
            %(row)s.reversal_of_id IS NULL
            AND NOT EXISTS (SELECT 1 FROM %(table)s back
                             WHERE back.reversal_of_id = %(row)s.id)
            """,
            row=SQL.identifier(alias),
            table=SQL.identifier(self._table),
        )

    @api.model
    def _appended_error(self):
        return UserError(
            self.env._(
                "Credits and ledger entries are written by runs only; they are never "
                "changed or deleted."
            )
        )
