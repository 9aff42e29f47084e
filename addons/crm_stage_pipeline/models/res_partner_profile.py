from odoo import fields, models

from .res_partner_header import USER_GROUP


class ResPartner(models.Model):
    """What is known of a person as a consumer (G16): the tab Profile.

    Sex, birthday and age stand with the person's other data. Everything is the
    contact's own, so it goes when the contact is deleted or anonymised.
    """

    _inherit = "res.partner"

    marital = fields.Selection(
        selection=[
            ("single", "Single"),
            ("married", "Married"),
            ("divorced", "Divorced"),
            ("widowed", "Widowed"),
        ],
        string="Marital Status",
    )
    education = fields.Selection(
        selection=[
            ("school", "School"),
            ("college", "College"),
            ("bachelor", "Bachelor"),
            ("master", "Master"),
            ("doctor", "Doctor"),
        ]
    )
    income_band = fields.Selection(
        selection=[
            ("low", "Low"),
            ("lower", "Lower Middle"),
            ("middle", "Middle"),
            ("upper", "Upper Middle"),
            ("high", "High"),
        ],
        string="Income",
        help="Roughly, compared with people of the same city.",
    )
    household_size = fields.Integer(string="Persons in the Household")
    interest_product_ids = fields.Many2many(
        comodel_name="product.template",
        relation="crm_partner_interest_rel",
        column1="partner_id",
        column2="product_id",
        string="Products of Interest",
        groups=USER_GROUP,
    )
    competing_products = fields.Char(
        string="Competing Products in Use", help="Whose products the person uses now."
    )
    needs = fields.Text(help="What the person looks for.")
    buying_habits = fields.Text(help="When, where and how the person buys.")
    position_ids = fields.One2many(
        comodel_name="crm.contact.position",
        inverse_name="partner_id",
        string="Positions",
        groups=USER_GROUP,
        copy=False,
    )

    _household_size_check = models.Constraint(
        "CHECK (household_size >= 0)", "A household has no negative number of persons."
    )
