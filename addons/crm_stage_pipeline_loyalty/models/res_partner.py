from odoo import api, fields, models

# Movements on the form; the button of Odoo opens the cards with all of them.
SHOWN = 20
USER_GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_user"


class ResPartner(models.Model):
    """Points of a customer on its form: how many, and where they are from (P55)."""

    _inherit = "res.partner"

    has_pool_points = fields.Boolean(
        compute="_compute_has_pool_points",
        groups=USER_GROUP,
        help="The company collects points.",
    )
    pool_points = fields.Float(
        related="pool_customer_id.loyalty_points",
        related_sudo=False,
        groups=USER_GROUP,
        string="Points",
    )
    pool_points_history_ids = fields.Many2many(
        comodel_name="loyalty.history",
        compute="_compute_pool_points_history_ids",
        compute_sudo=False,
        groups=USER_GROUP,
        string="Latest Movements",
    )

    @api.depends_context("company")
    def _compute_has_pool_points(self):
        has_points = self.env["loyalty.program"]._has_points(self.env.company)
        for partner in self:
            partner.has_pool_points = has_points

    @api.depends("commercial_partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_pool_points_history_ids(self):
        for partner in self:
            partner.pool_points_history_ids = self.env["loyalty.history"].search(
                [
                    (
                        "card_id.partner_id.commercial_partner_id",
                        "=",
                        partner.commercial_partner_id._origin.id,
                    ),
                    ("card_id.program_id.program_type", "=", "loyalty"),
                ],
                limit=SHOWN,
            )
