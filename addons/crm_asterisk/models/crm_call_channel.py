from odoo import fields, models

from ..ami.actions import SPY


class CrmCallChannel(models.Model):
    """One leg of a call: a telephone of ours, or the customer's."""

    _name = "crm.call.channel"
    _description = "Call Leg"
    _order = "started_at, id"

    call_id = fields.Many2one(
        comodel_name="crm.call", required=True, index=True, ondelete="cascade"
    )
    server_id = fields.Many2one(
        comodel_name="asterisk.server", required=True, ondelete="restrict"
    )
    uniqueid = fields.Char(required=True)
    name = fields.Char(string="Channel")
    endpoint_id = fields.Many2one(
        comodel_name="asterisk.endpoint",
        string="Telephone",
        index="btree_not_null",
        ondelete="set null",
    )
    started_at = fields.Datetime(string="Started")
    ringing_at = fields.Datetime(string="Ringing")
    answered_at = fields.Datetime(string="Answered")
    ended_at = fields.Datetime(string="Ended")
    hangup_cause = fields.Integer()
    is_recorded = fields.Boolean(string="Recorded")
    is_muted = fields.Boolean(string="Muted")

    _living_idx = models.Index("(endpoint_id) WHERE ended_at IS NULL")
    _uniqueid_uniq = models.UniqueIndex("(server_id, uniqueid)")

    def _is_spy(self):
        """Whether it is a leader who listens in, and takes no part in the call."""
        self.ensure_one()
        return (self.uniqueid or "").startswith(SPY)

    def _differs(self, name, vals):
        value = self[name].id if self._fields[name].relational else self[name]
        return (value or False) != (vals[name] or False)
