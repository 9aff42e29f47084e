from odoo import fields, models

PREFIX = "crm_stage_pipeline.crm_stage_pipeline_group"


class CrmPoolPolicy(models.Model):
    """Where the company's agents begin their day."""

    _inherit = "crm.pool.policy"

    opens_with_main_line = fields.Boolean(
        string="Agents Begin with the Main Line",
        default=True,
        help="After logging in, agents and team leaders see the main line (service "
        "agents: their requests), unless they have a home action of their own.",
    )


class ResConfigSettings(models.TransientModel):
    """The same on the page of settings."""

    _inherit = "res.config.settings"

    crm_pool_opens_with_main_line = fields.Boolean(
        related="crm_pool_policy_id.opens_with_main_line", readonly=False
    )


class ResUsers(models.Model):
    """The first page of people who chose none."""

    _inherit = "res.users"

    def _pool_home_action_xml_id(self):
        """The page with which the user begins, or nothing: Odoo's first menu.

        Agents and team leaders only: managers and administrators work in other
        applications too. Other addons add pages for their own roles.
        """
        self.ensure_one()
        policy = self.env["crm.pool.policy"]._policy_for(self.company_id)
        if (
            not policy.opens_with_main_line
            or not self.has_group(f"{PREFIX}_user")
            or self.has_group(f"{PREFIX}_manager")
        ):
            return ""
        return "crm_stage_pipeline.crm_main_line_action"


class IrHttp(models.AbstractModel):
    """Nothing is written to users: what they or somebody chose for them stays."""

    _inherit = "ir.http"

    def session_info(self):
        info = super().session_info()
        user = self.env.user
        if not info.get("home_action_id") and user._is_internal():
            xml_id = user._pool_home_action_xml_id()
            if xml_id:
                info["home_action_id"] = self.env["ir.model.data"]._xmlid_to_res_id(
                    xml_id
                )
        return info
