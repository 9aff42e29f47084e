from odoo import fields, models

# The kind of a question and the type of its property.
PROPERTY_TYPES = {
    "text": "char",
    "long_text": "text",
    "number": "float",
    "date": "date",
    "yes_no": "boolean",
    "choice": "selection",
}


class CrmContactTemplateLine(models.Model):
    """One question of a template."""

    _name = "crm.contact.template.line"
    _description = "Question of a Contact Record Template"
    _order = "sequence, id"

    template_id = fields.Many2one(
        comodel_name="crm.contact.template",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Question", required=True)
    kind = fields.Selection(
        selection=[
            ("text", "Text"),
            ("long_text", "Long Text"),
            ("number", "Number"),
            ("date", "Date"),
            ("yes_no", "Yes or No"),
            ("choice", "Choice"),
        ],
        required=True,
        default="text",
    )
    choices = fields.Text(help="One choice a line.")
    is_required = fields.Boolean(string="Must Be Answered")

    _choices_check = models.Constraint(
        "CHECK (kind <> 'choice' OR btrim(COALESCE(choices, ''), E' \\t\\n') <> '')",
        "Write the choices of the question, one a line.",
    )

    def _property_name(self):
        return f"line_{self.id}"

    def _property_definition(self):
        """The question as a property of the records."""
        self.ensure_one()
        definition = {
            "name": self._property_name(),
            "string": f"{self.name} *" if self.is_required else self.name,
            "type": PROPERTY_TYPES[self.kind],
        }
        if self.kind == "choice":
            lines = map(str.strip, self.choices.splitlines())
            choices = dict.fromkeys(filter(None, lines))
            definition["selection"] = [[choice, choice] for choice in choices]
        return definition
