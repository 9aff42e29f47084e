from odoo import fields, models


class CrmCompetitor(models.Model):
    """Who else sells to our customers, and what we say then (同行, G32, T15)."""

    _name = "crm.competitor"
    _description = "Competitor"
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        default=lambda self: self.env.company,
        help="Leave empty for a competitor of all companies.",
    )
    website = fields.Char()
    strengths = fields.Text(help="What speaks for them.")
    weaknesses = fields.Text(help="What speaks against them.")
    answer = fields.Text(
        string="What We Say", help="What an agent says when the customer names them."
    )


class CrmLead(models.Model):
    """Against whom an opportunity is won (T15)."""

    _inherit = "crm.lead"

    competitor_ids = fields.Many2many(
        comodel_name="crm.competitor", string="Competitors", check_company=True
    )
