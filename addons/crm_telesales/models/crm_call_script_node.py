from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmCallScriptNode(models.Model):
    """One passage of a script; the first by sequence starts the call."""

    _name = "crm.call.script.node"
    _description = "Script Passage"
    _order = "sequence, id"

    script_id = fields.Many2one(
        comodel_name="crm.call.script", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    text = fields.Text(
        translate=True,
        help="What the agent says. Placeholders: {{contact}}, {{customer}}, {{city}}, "
        "{{agent}}, {{company}}, {{campaign}}.",
    )
    answer_ids = fields.One2many(
        comodel_name="crm.call.script.answer",
        inverse_name="node_id",
        string="Answers",
        copy=False,
    )

    @api.constrains("text")
    def _check_text(self):
        for node in self:
            self.env["crm.call.script"]._check_text(node.text)

    def _snapshot(self, values):
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.name,
            "html": self.env["crm.call.script"]._render(self.text, values),
            "answers": [
                {
                    "id": answer.id,
                    "name": answer.name,
                    "target": answer.target_id.id,
                    "outcome": answer.outcome_id.id,
                }
                for answer in self.answer_ids
            ],
        }


class CrmCallScriptAnswer(models.Model):
    """An answer leads to another passage, or ends the script and names the outcome."""

    _name = "crm.call.script.answer"
    _description = "Script Answer"
    _order = "sequence, id"

    node_id = fields.Many2one(
        comodel_name="crm.call.script.node",
        required=True,
        index=True,
        ondelete="cascade",
    )
    script_id = fields.Many2one(related="node_id.script_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Answer", required=True, translate=True)
    target_id = fields.Many2one(
        comodel_name="crm.call.script.node",
        string="Leads To",
        index="btree_not_null",
        ondelete="set null",
        domain="[('script_id', '=', script_id)]",
        help="Empty: the script ends here.",
    )
    outcome_id = fields.Many2one(
        comodel_name="crm.contact.outcome",
        string="Proposed Outcome",
        ondelete="set null",
        help="Chosen for the agent when this answer is given; he may change it.",
    )

    @api.constrains("target_id", "node_id")
    def _check_target(self):
        for answer in self:
            target = answer.target_id
            if target and target.script_id != answer.node_id.script_id:
                raise ValidationError(
                    self.env._(
                        "The answer %(answer)s leads into another script.",
                        answer=answer.name,
                    )
                )
