from odoo import fields, models
from odoo.exceptions import UserError


class CrmPoolPolicy(models.Model):
    """The buttons of a policy's recycling: look first, then put in force or run."""

    _inherit = "crm.pool.policy"

    def action_recycle_tonight(self):
        """Show what the rules in force would take back tonight."""
        self.ensure_one()
        return self._open_preview("tonight", self._next_night())

    def action_recycle_force(self):
        """Show what tonight's run would take back if the drafts were in force too."""
        self.ensure_one()
        drafts = self.recycle_rule_ids.filtered(lambda rule: rule.state == "draft")
        if not drafts:
            raise UserError(self.env._("All rules are in force: there is no draft."))
        return self._open_preview("force", self._next_night(), drafts)

    def action_recycle_now(self):
        """Show what is due now, before a manager takes it back at once."""
        self.ensure_one()
        return self._open_preview("run", fields.Datetime.now())

    def action_recycle_runs(self):
        """The runs of this company."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_stage_pipeline.crm_pool_recycle_run_action"
        )
        action["domain"] = [("company_id", "=", self.company_id.id)]
        return action

    def _open_preview(self, mode, at, drafts=None):
        self.check_access("write")
        previews = self.env["crm.pool.recycle.preview"]
        return previews._make(self, mode, at, drafts)._open()
