from odoo import api, fields, models

USER_GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_user"


class ResPartner(models.Model):
    """When the customer returns to the pool, and why, on the customer's form (P27)."""

    _inherit = "res.partner"

    pool_recycle_text = fields.Char(
        compute="_compute_pool_recycle_text", compute_sudo=False, groups=USER_GROUP
    )
    pool_is_recycle_near = fields.Boolean(
        related="pool_customer_id.is_recycle_near",
        related_sudo=False,
        groups=USER_GROUP,
    )

    @api.depends("pool_customer_id.recycle_on", "pool_customer_id.recycle_rule_id")
    @api.depends_context("uid", "company", "allowed_company_ids", "lang", "tz")
    def _compute_pool_recycle_text(self):
        for partner in self:
            partner.pool_recycle_text = partner.pool_customer_id._recycle_text()
