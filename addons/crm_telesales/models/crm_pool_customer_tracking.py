from odoo import models


class CrmPoolCustomer(models.Model):
    """What this addon puts beside the tracking screen: scripts, competitors (G32)."""

    _inherit = "crm.pool.customer"

    def action_open_scripts(self):
        """The scripts of the customer's running campaigns, else all that one may use;
        their texts speak of this customer.
        """
        self.ensure_one()
        scripts = self._campaign_scripts()
        form = self.env.ref("crm_telesales.crm_call_script_view_form_spoken")
        cards = self.env.ref("crm_telesales.crm_call_script_view_kanban_spoken")
        is_one = len(scripts) == 1
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Scripts for %(name)s", name=self.name),
            "res_model": "crm.call.script",
            "res_id": scripts.id if is_one else False,
            "views": [(form.id, "form")] if is_one else [(cards.id, "kanban")],
            "target": "new",
            "domain": [("id", "in", scripts.ids)] if scripts else [],
            "context": {
                "crm_tracked_customer_id": self.id,
                "create": False,
                "dialog_size": "extra-large",
            },
        }

    def action_open_competitors(self):
        """Who else sells, and what is said then."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Competitors"),
            "res_model": "crm.competitor",
            "views": [(False, "list"), (False, "form")],
            "target": "new",
            "context": {"create": False, "dialog_size": "extra-large"},
        }

    def _campaign_scripts(self):
        """The scripts of running campaigns of the user that call this customer."""
        # agents do not see callees that are nobody's yet
        callees_sudo = self.env["crm.callee"]._as_superuser()
        found_sudo = callees_sudo.search(
            [
                ("customer_id", "=", self.id),
                ("campaign_id.state", "=", "running"),
                ("campaign_id.agent_ids", "in", self.env.uid),
            ]
        )
        scripts = self.env["crm.call.script"].browse(
            found_sudo.campaign_id.script_id.ids
        )
        return scripts._filtered_access("read")
