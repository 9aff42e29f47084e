from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """The pool's rules of the current company, as settings."""

    _inherit = "res.config.settings"

    crm_pool_policy_id = fields.Many2one(related="company_id.crm_pool_policy_id")
    crm_pool_default_stage_id = fields.Many2one(
        related="crm_pool_policy_id.default_stage_id", readonly=False
    )
    crm_pool_partial_mode = fields.Selection(
        related="crm_pool_policy_id.partial_mode", readonly=False
    )
    crm_pool_tz = fields.Selection(related="crm_pool_policy_id.tz", readonly=False)
    crm_pool_holding_cap = fields.Integer(
        related="crm_pool_policy_id.holding_cap", readonly=False
    )
    crm_pool_cooldown_days = fields.Integer(
        related="crm_pool_policy_id.cooldown_days", readonly=False
    )
    crm_pool_fresh_delay = fields.Integer(
        related="crm_pool_policy_id.fresh_delay", readonly=False
    )

    def action_crm_pool_quotas(self):
        """Open the policy of the company, where the daily quotas are."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Quotas and Rules"),
            "res_model": "crm.pool.policy",
            "res_id": self.crm_pool_policy_id.id,
            "views": [(False, "form")],
        }
