from odoo import api, fields, models
from odoo.exceptions import UserError

from .crm_contact_record import CHANNELS
from .crm_pool_stage import STAGE_CODES


class CrmContactTemplate(models.Model):
    """What is asked at a contact of a stage and channel (跟进录入模板, G30).

    The questions become properties of the records; a question taken away no longer
    shows, and what was answered to it stays with the record.
    """

    _name = "crm.contact.template"
    _description = "Contact Record Template"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        default=lambda self: self.env.company,
        help="Leave empty for a template of all companies.",
    )
    stage_code = fields.Selection(
        selection=STAGE_CODES,
        string="Stage",
        help="Proposed for customers of this stage; empty: of any.",
    )
    channel = fields.Selection(
        selection=CHANNELS, help="Proposed for contacts of this kind; empty: of any."
    )
    next_visit_days = fields.Integer(
        string="Next Visit after Days",
        help="Proposed as the next visit, at the same hour. 0: none.",
    )
    line_ids = fields.One2many(
        comodel_name="crm.contact.template.line",
        inverse_name="template_id",
        string="Questions",
        copy=True,
    )
    answers_definition = fields.PropertiesDefinition(
        compute="_compute_answers_definition", store=True
    )

    _next_visit_days_check = models.Constraint(
        "CHECK (next_visit_days BETWEEN 0 AND 3650)",
        "The next visit lies between 0 and 3650 days ahead.",
    )

    @api.depends(
        "line_ids.name",
        "line_ids.kind",
        "line_ids.choices",
        "line_ids.sequence",
        "line_ids.is_required",
    )
    def _compute_answers_definition(self):
        for template in self:
            lines = template.line_ids.filtered(lambda line: line._origin.id)
            template.answers_definition = [
                line._property_definition() for line in lines.sorted()
            ]

    def write(self, vals):
        if "answers_definition" in vals and not self.env.su:
            raise UserError(
                self.env._("Change the questions on the form of the template.")
            )
        return super().write(vals)

    @api.model
    def _template_for(self, customer, channel):
        """The first template for a contact with a customer; stage before channel."""
        templates = self.search(
            [
                ("company_id", "in", [customer.company_id.id, False]),
                ("stage_code", "in", [customer.stage_code, False]),
                ("channel", "in", [channel, False]),
            ]
        )
        return templates.sorted(
            lambda template: (
                not template.stage_code,
                not template.channel,
                template.sequence,
                template.id,
            )
        )[:1]
