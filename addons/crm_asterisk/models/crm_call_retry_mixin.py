from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.crm_stage_pipeline.models.number_field import NumberField

TRIES = 3


class CrmCallRetryMixin(models.AbstractModel):
    """Something that the PBX tries until it succeeds: to reach who wants to be called,
    to get a fax through.

    - What waits is due at a time; the connector takes it then, and each try is a call.
    - A try that failed is repeated after a while, TRIES in all; then it is for people
      to decide.
    - A try of which nothing is heard did not happen.
    """

    _name = "crm.call.retry.mixin"
    _inherit = "crm.contact.number.mixin"
    _description = "Tried Until It Succeeds"

    _again_after = timedelta(minutes=10)
    _heard_within = timedelta(minutes=2)
    # values of `state` of what waits and of what is tried now
    _waiting_state = "open"
    _trying_state = "calling"

    e164 = NumberField(string="International Number", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        index="btree_not_null",
        ondelete="set null",
    )
    customer_id = fields.Many2one(
        comodel_name="crm.pool.customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    call_id = fields.Many2one(
        comodel_name="crm.call",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    due_at = fields.Datetime(readonly=True)
    try_count = fields.Integer(string="Tries", readonly=True, copy=False)
    last_uuid = fields.Char(
        groups="base.group_system", readonly=True, copy=False, index="btree_not_null"
    )

    @api.model
    def _due(self, server, limit):
        """What is to be tried now, and tries of which nothing was heard."""
        return self.search(
            [
                ("server_id", "=", server.id),
                ("state", "in", (self._waiting_state, self._trying_state)),
                ("due_at", "<=", fields.Datetime.now()),
            ],
            limit=limit,
            order="due_at, id",
        )

    @api.model
    def _tried_by(self, call):
        """What the call was placed for."""
        return self.search(
            [("last_uuid", "=", call.linkedid), ("state", "=", self._trying_state)]
        )

    def _begin_try(self, **vals):
        self.ensure_one()
        self.write(
            {
                "state": self._trying_state,
                "try_count": self.try_count + 1,
                "due_at": fields.Datetime.now() + self._heard_within,
                **vals,
            }
        )

    def _try_again(self, **vals):
        """It has failed once more."""
        self.ensure_one()
        if self.try_count >= TRIES:
            self.write({"state": "failed", **vals})
        else:
            due = fields.Datetime.now() + self._again_after
            self.write({"state": self._waiting_state, "due_at": due, **vals})
