from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmCallAttempt(models.Model):
    """That a callee was called, and what came of it.

    Append-only: the proof of who was called when. Nobody edits or deletes a row.
    Times are UTC.
    """

    _name = "crm.call.attempt"
    _description = "Call Attempt"
    _order = "started_at desc, id desc"
    _rec_name = "e164"

    callee_id = fields.Many2one(
        comodel_name="crm.callee", required=True, index=True, ondelete="restrict"
    )
    campaign_id = fields.Many2one(
        comodel_name="crm.call.campaign", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, ondelete="restrict"
    )
    customer_id = fields.Many2one(
        comodel_name="crm.pool.customer", index="btree_not_null", ondelete="set null"
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead", index="btree_not_null", ondelete="set null"
    )
    e164 = fields.Char(string="Number", required=True)
    user_id = fields.Many2one(
        comodel_name="res.users", string="Agent", required=True, index=True
    )
    started_at = fields.Datetime(required=True)
    ended_at = fields.Datetime()
    outcome_id = fields.Many2one(
        comodel_name="crm.contact.outcome", required=True, ondelete="restrict"
    )
    script_id = fields.Many2one(comodel_name="crm.call.script", ondelete="set null")

    _number_idx = models.Index("(e164, started_at)")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        self._refuse_change()

    def write(self, vals):
        if vals:
            self._refuse_change()
        return super().write(vals)

    def _refuse_change(self):
        """
        :raises UserError: always, for everybody
        """
        raise UserError(self.env._("Call attempts are kept as they were recorded."))
