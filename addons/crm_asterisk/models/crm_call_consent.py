from odoo import api, fields, models


class AsteriskServer(models.Model):
    _inherit = "asterisk.server"

    is_outbound_recorded = fields.Boolean(
        string="Record Outgoing Calls",
        default=True,
        help="Of calls that come in the queue says whether they are recorded.",
    )


class CrmCall(models.Model):
    """Whether the caller agreed to being recorded (A5)."""

    _inherit = "crm.call"

    recording_consent = fields.Selection(
        selection=[("given", "Given"), ("refused", "Refused")],
        string="Consent to Recording",
        readonly=True,
        copy=False,
        help="What the caller pressed when he was asked; empty: not asked.",
    )

    @api.model
    def _prepare_call_vals(self, server, call, endpoints, row, command):
        vals = super()._prepare_call_vals(server, call, endpoints, row, command)
        vals["recording_consent"] = call.consent or False
        return vals
