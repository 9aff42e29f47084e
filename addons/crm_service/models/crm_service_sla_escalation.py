from odoo import fields, models


class CrmServiceSlaEscalation(models.Model):
    """A step of escalation taken: once per document, clock and promised moment.

    The unique index is what keeps a step from being taken twice, also when two
    schedulers run, or one catches up after a stand-still.
    """

    _name = "crm.service.sla.escalation"
    _description = "Escalation"
    _order = "id desc"

    res_model = fields.Char(string="Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Document",
        model_field="res_model",
        required=True,
        readonly=True,
        index=True,
    )
    kind = fields.Selection(
        selection=[("response", "First response"), ("resolution", "Resolution")],
        string="Clock",
        required=True,
        readonly=True,
    )
    step = fields.Selection(
        selection=[("breach", "Promised time missed")], required=True, readonly=True
    )
    due_at = fields.Datetime(
        string="Promised For",
        required=True,
        readonly=True,
        help="The promised moment that passed.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Notified", readonly=True
    )

    _step_uniq = models.UniqueIndex(
        "(res_model, res_id, kind, step, due_at)",
        "This escalation step was taken already.",
    )
