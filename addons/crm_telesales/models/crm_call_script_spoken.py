from markupsafe import Markup

from odoo import api, fields, models


class CrmCallScript(models.Model):
    """A script to read from, filled for the customer that is tracked (G32)."""

    _inherit = "crm.call.script"

    spoken = fields.Html(string="Text", compute="_compute_spoken")

    @api.depends("node_ids.name", "node_ids.text", "node_ids.answer_ids.target_id")
    @api.depends_context("crm_tracked_customer_id", "uid", "company", "lang")
    def _compute_spoken(self):
        customer_id = self.env.context.get("crm_tracked_customer_id")
        customer = self.env["crm.pool.customer"].browse(customer_id or [])
        values = self._tracked_values(customer._filtered_access("read"))
        for script in self:
            script.spoken = Markup().join(
                script._spoken_passage(node, values) for node in script.node_ids
            )

    def _spoken_passage(self, node, values):
        answers = Markup().join(
            Markup("<li>{} → {}</li>").format(
                answer.name, answer.target_id.name or self.env._("end")
            )
            for answer in node.answer_ids
        )
        return Markup("<h4>{}</h4><div>{}</div><ul>{}</ul>").format(
            node.name, self._render(node.text, values), answers
        )

    @api.model
    def _tracked_values(self, customer):
        """Placeholder name → text, for a customer or none."""
        return {
            "contact": customer.contact_name or customer.name,
            "customer": customer.name,
            "city": customer.city,
            "agent": self.env.user.name,
            "company": self.env.company.name,
        }
