from odoo import api, fields, models
from odoo.exceptions import AccessError

# What a company says about its customer: field of the row, and of the partner's form.
FACTS = {
    "customer_number": "pool_customer_number",
    "area_id": "pool_area_id",
    "grade_id": "pool_grade_id",
    "type_id": "pool_type_id",
    "status_id": "pool_status_id",
    "credit_rating_id": "pool_credit_rating_id",
    "credit_limit": "pool_credit_limit",
    "registered_on": "pool_registered_on",
    "team_id": "pool_team_id",
    "source_id": "pool_source_id",
    "referrer_id": "pool_referrer_id",
}


class CrmPoolCustomer(models.Model):
    """What one company says about its customer (G17); other companies say their own.

    - The number comes from the company's sequence; managers and imports may give
      another one, no two customers of a company have the same.
    - The credit limit is core's, of this company; team leaders and managers set it.
    - The person's and the company's own data stay on the partner: they show here for
      lists, searches and exports.
    """

    _inherit = "crm.pool.customer"

    customer_number = fields.Char(
        copy=False, index="trigram", help="Empty: the next one of the company."
    )
    grade_id = fields.Many2one(
        comodel_name="crm.customer.class",
        string="Customer Grade",
        domain=[("kind", "=", "grade")],
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    type_id = fields.Many2one(
        comodel_name="crm.customer.class",
        string="Customer Type",
        domain=[("kind", "=", "type")],
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    status_id = fields.Many2one(
        comodel_name="crm.customer.class",
        string="Customer Status",
        domain=[("kind", "=", "status")],
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    credit_rating_id = fields.Many2one(
        comodel_name="crm.customer.class",
        domain=[("kind", "=", "rating")],
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    credit_limit = fields.Float(
        compute="_compute_credit_limit",
        inverse="_inverse_credit_limit",
        compute_sudo=False,
        digits="Product Price",
        help="Accounting's limit of this company, in its currency. 0: none.",
    )
    registered_on = fields.Date(
        default=fields.Date.context_today,
        copy=False,
        help="The day from which the customer is registered with the company.",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Responsible Department",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The sales team that answers for the customer.",
    )
    # the partner's, for lists, searches and exports: with the user's own rights
    mnemonic_code = fields.Char(related="partner_id.mnemonic_code", related_sudo=False)
    keyword = fields.Char(related="partner_id.keyword", related_sudo=False)
    profile = fields.Text(related="partner_id.profile", related_sudo=False)
    contact_name = fields.Char(related="partner_id.contact_name", related_sudo=False)
    contact_function = fields.Char(
        related="partner_id.contact_function", related_sudo=False
    )
    fax = fields.Char(related="partner_id.fax", related_sudo=False)
    finance_phone = fields.Char(related="partner_id.finance_phone", related_sudo=False)
    home_phone = fields.Char(related="partner_id.home_phone", related_sudo=False)
    qq = fields.Char(related="partner_id.qq", related_sudo=False)
    messenger = fields.Char(related="partner_id.messenger", related_sudo=False)
    website = fields.Char(related="partner_id.website", related_sudo=False)
    street = fields.Char(related="partner_id.street", related_sudo=False)
    zip = fields.Char(related="partner_id.zip", related_sudo=False)
    category_ids = fields.Many2many(
        related="partner_id.category_id", string="Tags", related_sudo=False
    )
    parent_partner_id = fields.Many2one(
        related="partner_id.parent_id", string="Parent Company", related_sudo=False
    )
    comment = fields.Html(
        related="partner_id.comment", string="Notes", related_sudo=False
    )

    _number_uniq = models.UniqueIndex(
        "(company_id, customer_number) WHERE customer_number IS NOT NULL",
        "Another customer of the company has this number.",
    )

    @api.depends("partner_id", "company_id")
    def _compute_credit_limit(self):
        for company, customers in self.grouped("company_id").items():
            # accounting's groups alone read core's field; who sees the row may know
            rows_sudo = customers._privileged().with_company(company)
            for customer, row_sudo in zip(customers, rows_sudo, strict=True):
                customer.credit_limit = row_sudo.partner_id.credit_limit

    def _inverse_credit_limit(self):
        if not self._is_leading():
            raise AccessError(
                self.env._("Only team leaders and managers set credit limits.")
            )
        for customer in self:
            # core's field is accounting's; the right is checked above
            row_sudo = customer._privileged().with_company(customer.company_id)
            row_sudo.partner_id.credit_limit = customer.credit_limit

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("customer_number"):
                self._check_number_right()
        numbered = self._with_numbers(vals_list)
        customers = super().create(numbered)
        customers.partner_id._set_missing_mnemonics()
        return customers

    def write(self, vals):
        if "customer_number" in vals:
            self._check_number_right()
            vals = {**vals, "customer_number": vals["customer_number"] or False}
        return super().write(vals)

    @api.model
    def _with_numbers(self, vals_list):
        """Values of new rows with the next numbers of their companies."""
        by_company = {}
        for vals in vals_list:
            company_id = vals.get("company_id") or self.env.company.id
            by_company.setdefault(company_id, []).append(vals)
        numbers = {}
        for company_id, company_vals in by_company.items():
            given = [v["customer_number"] for v in company_vals if self._has_number(v)]
            company = self.env["res.company"].browse(company_id)
            policy = self.env["crm.pool.policy"]._policy_for(company)
            count = len(company_vals) - len(given)
            numbers[company_id] = iter(policy._next_customer_numbers(count, given))
        return [
            vals
            if self._has_number(vals)
            else {
                **vals,
                "customer_number": next(
                    numbers[vals.get("company_id") or self.env.company.id]
                ),
            }
            for vals in vals_list
        ]

    @api.model
    def _has_number(self, vals):
        return bool(vals.get("customer_number"))

    @api.model
    def _check_number_right(self):
        """Numbers come from the sequence; only managers and the system choose one."""
        if not self.env.su and not self.env.user.has_group(
            "crm_stage_pipeline.crm_stage_pipeline_group_manager"
        ):
            raise AccessError(
                self.env._("Only managers give customers another number.")
            )

    @api.model
    def _is_leading(self):
        return self.env.su or self.env.user.has_group(
            "crm_stage_pipeline.crm_stage_pipeline_group_leader"
        )
