from odoo import api, fields, models


class CrmPoolPolicy(models.Model):
    """The numbers of a company's customers (P58): a sequence of its own."""

    _inherit = "crm.pool.policy"

    number_sequence_id = fields.Many2one(
        comodel_name="ir.sequence",
        string="Customer Numbers",
        copy=False,
        ondelete="restrict",
        domain="[('company_id', '=', company_id)]",
        help="Prefix, length and next number of new customers.",
    )

    @api.model
    def _create_defaults(self, companies):
        policies = super()._create_defaults(companies)
        for policy in policies:
            policy._number_sequence()
        return policies

    def _number_sequence(self):
        """The company's sequence, made when it is missing (self is superuser's)."""
        self.ensure_one()
        if not self.number_sequence_id:
            self.number_sequence_id = self.env["ir.sequence"].create(
                {
                    "name": self.env._(
                        "Customers of %(company)s", company=self.company_id.name
                    ),
                    "code": "crm.pool.customer",
                    "company_id": self.company_id.id,
                    "prefix": "C",
                    "padding": 6,
                }
            )
        return self.number_sequence_id

    def _next_customer_number(self):
        return self._number_sequence().next_by_id()
