from odoo import fields, models

CALLER_GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_user"


class CrmServiceTicket(models.Model):
    """The call in which the customer asked, with its recordings (A5): they are found
    from the request by those who may hear the call."""

    _inherit = "crm.service.ticket"

    call_id = fields.Many2one(
        comodel_name="crm.call",
        string="Asked in Call",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        groups=CALLER_GROUP,
    )
    call_recording_ids = fields.One2many(
        related="call_id.recording_ids",
        string="Recordings",
        related_sudo=False,
        groups=CALLER_GROUP,
    )
