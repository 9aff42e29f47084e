from odoo import api, fields, models


class CrmCall(models.Model):
    """What the customer pressed when he was asked after the call (A9)."""

    _inherit = "crm.call"

    survey_score = fields.Integer(
        string="Satisfaction",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="1 to 5, as the customer pressed after the call; 0: not asked, or no "
        "answer.",
    )

    @api.model
    def _prepare_call_vals(self, server, call, endpoints, row, command):
        vals = super()._prepare_call_vals(server, call, endpoints, row, command)
        vals["survey_score"] = call.score
        return vals
