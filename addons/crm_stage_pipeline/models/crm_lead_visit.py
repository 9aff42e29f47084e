from odoo import fields, models


class CrmLead(models.Model):
    """When an opportunity is worked on next (商机的回访日期)."""

    _inherit = "crm.lead"

    next_visit_date = fields.Datetime(string="Next Visit", copy=False)
    contact_record_ids = fields.One2many(
        comodel_name="crm.contact.record",
        inverse_name="lead_id",
        string="Contact Records",
        copy=False,
        groups="crm_stage_pipeline.crm_stage_pipeline_group_user",
    )

    _visit_idx = models.Index(
        "(user_id, next_visit_date) WHERE next_visit_date IS NOT NULL"
    )
