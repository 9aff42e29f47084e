from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    asterisk_endpoint_ids = fields.One2many(
        comodel_name="asterisk.endpoint",
        inverse_name="user_id",
        string="Telephones",
        groups="crm_stage_pipeline.crm_stage_pipeline_group_user",
    )
