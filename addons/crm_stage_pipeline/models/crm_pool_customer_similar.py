from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# What is alike: the column, and whose it is.
ALIKE = {
    "industry": ("industry_id", "res_partner"),
    "city": ("city", "res_partner"),
    "source": ("source_id", "crm_pool_customer"),
}
# Where the likeness comes from: model and what counts of it.
DOCUMENTS = {
    "order": ("sale.order", SQL("document.state = 'sale'")),
    "lead": (
        "crm.lead",
        SQL("document.active AND document.type = 'opportunity'"),
    ),
}


def likeness(document, what):
    """A field: whether the customer is like those of the documents in what it names."""
    return fields.Boolean(
        compute="_compute_is_like",
        search=lambda customers, operator, value: customers._search_is_like(
            document, what, operator, value
        ),
    )


class CrmPoolCustomer(models.Model):
    """Customers like those who buy (所属订单行业、城市、来源, P43).

    The industries, cities and sources that occur among the orders, or opportunities,
    of the user's teams (of himself without one, of the company for managers); the
    most frequent ones where the policy says how many. Where there are no documents
    nothing is alike: the list is empty, not whole.
    """

    _inherit = "crm.pool.customer"

    is_like_order_industry = likeness("order", "industry")
    is_like_order_city = likeness("order", "city")
    is_like_order_source = likeness("order", "source")
    is_like_lead_industry = likeness("lead", "industry")
    is_like_lead_city = likeness("lead", "city")
    is_like_lead_source = likeness("lead", "source")

    @api.depends("industry_id", "city", "source_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_like(self):
        for document in DOCUMENTS:
            for what in ALIKE:
                alike = self.filtered_domain(self._like_domain(document, what))
                for customer in self:
                    customer[f"is_like_{document}_{what}"] = customer in alike

    @api.model
    def _search_is_like(self, document, what, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return self._like_domain(document, what)

    @api.model
    def _like_domain(self, document, what):
        """The customers that have one of the values which occur among documents."""
        column, table = ALIKE[what]
        values = self._values_among(document, what)
        if not values:
            return Domain.FALSE
        condition = Domain(column, "in", values)
        if table == "crm_pool_customer":
            return condition
        # the rows are read by rule; their own partners need not be asked once more
        return Domain("partner_id", "any!", condition)

    @api.model
    def _values_among(self, document, what):
        """The values that occur among the documents in reach, the most frequent first.

        By SQL: which values occur is no secret of single documents, and their rules
        would be asked for each.
        """
        column, table = ALIKE[what]
        model, counted = DOCUMENTS[document]
        policy = self.env["crm.pool.policy"]._policy_for(self.env.company)
        self.env[model].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id", "city"])
        self.flush_model(["partner_id", "company_id", "source_id"])
        value = SQL.identifier(table, column)
        self.env.cr.execute(
            SQL(
                """
                SELECT %(value)s
                FROM %(documents)s AS document
                JOIN res_partner AS person ON person.id = document.partner_id
                JOIN res_partner ON res_partner.id = person.commercial_partner_id
                JOIN crm_pool_customer ON crm_pool_customer.partner_id = res_partner.id
                     AND crm_pool_customer.company_id =
                         COALESCE(document.company_id, crm_pool_customer.company_id)
                WHERE crm_pool_customer.company_id IN %(companies)s
                  AND %(counted)s AND %(whose)s AND %(value)s IS NOT NULL
                GROUP BY %(value)s ORDER BY COUNT(*) DESC, %(value)s
                LIMIT %(most)s
                """,
                value=value,
                documents=SQL.identifier(self.env[model]._table),
                companies=tuple(self.env.companies.ids),
                counted=counted,
                whose=self._documents_in_reach(),
                most=policy.similar_most or None,
            )
        )
        return [row[0] for row in self.env.cr.fetchall()]

    @api.model
    def _documents_in_reach(self):
        """Whose documents count for the user: by salesperson."""
        user = self.env.user
        if user.has_group("crm_stage_pipeline.crm_stage_pipeline_group_manager"):
            return SQL("TRUE")
        # superuser: an agent reads no members of his team
        teams_sudo = self._privileged().env.user._crm_pool_teams()
        people = teams_sudo.member_ids | teams_sudo.user_id | user
        return SQL("document.user_id IN %s", tuple(people.ids))
