from odoo import api, fields, models


class ResCompany(models.Model):
    """Every company has a pool policy."""

    _inherit = "res.company"

    crm_pool_policy_ids = fields.One2many(
        comodel_name="crm.pool.policy",
        inverse_name="company_id",
        string="Pool Policies",
        groups="crm_stage_pipeline.crm_stage_pipeline_group_user",
    )
    crm_pool_policy_id = fields.Many2one(
        comodel_name="crm.pool.policy",
        string="Pool Policy",
        compute="_compute_crm_pool_policy_id",
        compute_sudo=True,
        groups="crm_stage_pipeline.crm_stage_pipeline_group_user",
    )

    @api.depends("crm_pool_policy_ids")
    def _compute_crm_pool_policy_id(self):
        for company in self:
            company.crm_pool_policy_id = company.crm_pool_policy_ids[:1]

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        for company in companies:
            self.env["crm.pool.policy"]._policy_for(company)
        return companies
