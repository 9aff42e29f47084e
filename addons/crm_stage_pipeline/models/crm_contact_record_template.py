from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmContactRecord(models.Model):
    """The answers to the questions of a template (G30)."""

    _inherit = "crm.contact.record"

    template_id = fields.Many2one(
        comodel_name="crm.contact.template",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    answers = fields.Properties(definition="template_id.answers_definition", copy=False)

    @api.constrains("answers", "template_id")
    def _check_answers(self):
        for record in self.filtered("template_id"):
            # a property's value: the question may be unanswered, or not there at all
            answers = {entry["name"]: entry.get("value") for entry in record._asked()}
            for line in record.template_id.line_ids.filtered("is_required"):
                if answers.get(line._property_name()) in (None, False, ""):
                    raise ValidationError(
                        self.env._(
                            "Answer the question “%(question)s” of the template "
                            "“%(template)s”.",
                            question=line.name,
                            template=record.template_id.name,
                        )
                    )

    @api.onchange("customer_id", "channel")
    def _onchange_template_id(self):
        if self.customer_id and not self._origin:
            self.template_id = self.env["crm.contact.template"]._template_for(
                self.customer_id, self.channel
            )

    @api.onchange("template_id")
    def _onchange_next_visit(self):
        days = self.template_id.next_visit_days
        if days and not self.next_visit_date:
            self.next_visit_date = fields.Datetime.now().replace(
                second=0, microsecond=0
            ) + timedelta(days=days)

    def _asked(self):
        """The questions with the record's answers, as the client gets them."""
        return self.read(["answers"])[0]["answers"] or []
