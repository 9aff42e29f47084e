from odoo import fields, models

from .crm_pool_stage import STAGE_CODES


class CrmPoolPolicyLine(models.Model):
    """How many customers of one stage a group may take from the pool in a day.

    Who is in several groups has the most generous line; a stage without a line
    is not limited.
    """

    _name = "crm.pool.policy.line"
    _description = "Daily Quota"
    _order = "policy_id, stage_code, id"

    policy_id = fields.Many2one(
        comodel_name="crm.pool.policy", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True)
    group_id = fields.Many2one(
        comodel_name="res.groups",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.ref(
            "crm_stage_pipeline.crm_stage_pipeline_group_user"
        ),
    )
    stage_code = fields.Selection(
        selection=STAGE_CODES,
        string="Stage",
        required=True,
    )
    is_unlimited = fields.Boolean(string="Unlimited")
    daily_limit = fields.Integer(
        default=20, help="Customers a day. 0: none may be taken."
    )

    _line_uniq = models.Constraint(
        "UNIQUE (policy_id, group_id, stage_code)",
        "There is already a quota for this group and stage.",
    )
    _limit_check = models.Constraint(
        "CHECK (daily_limit >= 0)", "A quota cannot be negative."
    )
