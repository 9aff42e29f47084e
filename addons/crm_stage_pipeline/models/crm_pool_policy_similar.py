from odoo import fields, models


class CrmPoolPolicy(models.Model):
    """How many values make a customer similar to those who buy (P43)."""

    _inherit = "crm.pool.policy"

    similar_most = fields.Integer(
        string="Most Frequent Values",
        default=0,
        help="Filters like “Industries of Our Orders” take so many values, the most "
        "frequent ones. 0: all that occur.",
    )

    _similar_most_check = models.Constraint(
        "CHECK (similar_most >= 0)", "The number of values is 0 or more."
    )
