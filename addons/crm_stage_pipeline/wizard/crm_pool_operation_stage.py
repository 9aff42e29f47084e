from odoo import api, fields, models


class CrmPoolOperation(models.TransientModel):
    """Moves to a company's own stage of a code (P1)."""

    _inherit = "crm.pool.operation"

    stage_id = fields.Many2one(
        comodel_name="crm.pool.stage",
        string="Own Stage",
        domain="[('code', '=', stage_code),"
        " ('company_id', 'in', allowed_company_ids + [False])]",
        help="One of the company's stages of this kind. Empty: the usual one.",
    )
    has_own_stages = fields.Boolean(compute="_compute_has_own_stages")

    @api.depends("stage_code")
    def _compute_has_own_stages(self):
        for operation in self:
            stages = self.env["crm.pool.stage"].search_count(
                [
                    ("code", "=", operation.stage_code),
                    ("company_id", "in", [*self.env.companies.ids, False]),
                ]
            )
            operation.has_own_stages = stages > 1

    @api.onchange("stage_code")
    def _onchange_stage_code(self):
        if self.stage_id.code != self.stage_code:
            self.stage_id = False

    def _run(self):
        results = super()._run()
        if not self.stage_id or self.stage_id.code != self.stage_code:
            return results
        reached = [
            row["customer_id"]
            for row in results
            if row["code"] in ("moved", "claimed", "already_there")
        ]
        customers = self.env["crm.pool.customer"].browse(reached)
        chosen = {
            row["customer_id"]: row
            for row in customers.action_set_stage(self.stage_id.id)
        }
        return [chosen.get(row["customer_id"], row) for row in results]
