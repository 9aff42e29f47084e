from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ResPartner(models.Model):
    """A partner, as a customer of the current company.

    The row of the current company shows through computed, searchable fields; the
    private customers of others are hidden by a rule on is_pool_visible.
    """

    _inherit = "res.partner"

    crm_pool_customer_ids = fields.One2many(
        comodel_name="crm.pool.customer",
        inverse_name="partner_id",
        groups="crm_stage_pipeline.crm_stage_pipeline_group_user",
    )
    pool_customer_id = fields.Many2one(
        comodel_name="crm.pool.customer",
        compute="_compute_pool_customer_id",
        search="_search_pool_customer_id",
        compute_sudo=False,
        groups="crm_stage_pipeline.crm_stage_pipeline_group_user",
        help="The customer's row in the pool of the current company.",
    )
    is_pool_visible = fields.Boolean(
        compute="_compute_is_pool_visible",
        search="_search_is_pool_visible",
        compute_sudo=True,
        help="Not a private customer of other people.",
    )

    @api.depends("commercial_partner_id.crm_pool_customer_ids")
    @api.depends_context("uid", "company", "allowed_company_ids")
    def _compute_pool_customer_id(self):
        rows = self.env["crm.pool.customer"].search(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
            ]
        )
        row_by_partner = {row.partner_id.id: row for row in rows}
        for partner in self:
            partner.pool_customer_id = row_by_partner.get(
                partner.commercial_partner_id.id, rows.browse()
            )

    @api.model
    def _search_pool_customer_id(self, operator, value):
        """Conditions on the row of the current company, of contacts too."""
        if operator == "in":
            ids = set(value)
            rows = Domain("id", "in", list(ids - {False}))
            if False in ids:
                return ~self._has_pool_row(Domain.TRUE) | self._has_pool_row(rows)
            return self._has_pool_row(rows)
        if operator in ("any", "any!"):
            return self._has_pool_row(Domain(value))
        if operator in ("ilike", "like", "=ilike", "=like"):
            return self._has_pool_row(Domain("name", operator, value))
        return NotImplemented

    @api.depends(
        "partner_share",
        "commercial_partner_id.crm_pool_customer_ids.access",
        "commercial_partner_id.crm_pool_customer_ids.active",
        "commercial_partner_id.crm_pool_customer_ids.access_ids.user_id",
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_pool_visible(self):
        hidden_ids = set()
        if self.env.user._crm_pool_is_bound():
            hidden_ids = self._pool_hidden_commercial_ids()
        for partner in self:
            partner.is_pool_visible = (
                not partner.partner_share
                or partner.commercial_partner_id.id not in hidden_ids
            )

    @api.model
    def _search_is_pool_visible(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        if not self.env.user._crm_pool_is_bound():
            return Domain.TRUE
        return Domain.custom(
            to_sql=lambda _model, alias, _query: self._pool_visible_sql(alias)
        )

    def write(self, vals):
        if vals.get("active") is False:
            self._archive_pool_rows()
        return super().write(vals)

    @api.model
    def _has_pool_row(self, domain):
        """Partners whose row in the current company meets `domain`."""
        domain &= Domain("company_id", "=", self.env.company.id)
        customer_model = self.env["crm.pool.customer"]
        return Domain.custom(
            to_sql=lambda _model, alias, _query: SQL(
                "EXISTS (%s)",
                self._pool_row_query(customer_model._search(domain), alias),
            )
        )

    @api.model
    def _pool_row_query(self, query, alias):
        """Bind a query on pool rows to the commercial entity of partner `alias`."""
        query.add_where(
            SQL(
                "%s = %s",
                SQL.identifier("crm_pool_customer", "partner_id"),
                SQL.identifier(alias, "commercial_partner_id"),
            )
        )
        return query.select("1")

    def _pool_hidden_commercial_ids(self):
        """Commercial partners of self with a private row and none that I see."""
        # superuser: rows of others are compared with those that the user sees
        rows_sudo = (
            self.env["crm.pool.customer"]
            ._privileged()
            .search(
                [
                    ("partner_id", "in", self.commercial_partner_id.ids),
                    ("company_id", "in", self.env.companies.ids),
                ]
            )
        )
        visible_sudo = rows_sudo.filtered_domain(self._pool_visible_rows_domain())
        private_sudo = rows_sudo.filtered(lambda row: row.access != "shared")
        return set(private_sudo.partner_id.ids) - set(visible_sudo.partner_id.ids)

    @api.model
    def _pool_visible_rows_domain(self):
        company_ids = self.env.companies.ids
        return Domain(self.env.user._crm_pool_visible_domain(company_ids))

    @api.model
    def _pool_visible_sql(self, alias):
        """The condition of is_pool_visible on the partners of table `alias`.

        Two EXISTS on the index (partner, company): never IN (subquery), which
        costs seconds on a large pool. Superuser: the rows of others are asked.
        """
        customers_sudo = self.env["crm.pool.customer"]._privileged()
        private = customers_sudo._search(
            [
                ("company_id", "in", self.env.companies.ids),
                ("access", "!=", "shared"),
            ]
        )
        visible = customers_sudo._search(self._pool_visible_rows_domain())
        return SQL(
            "(%s IS NOT TRUE OR NOT EXISTS (%s) OR EXISTS (%s))",
            SQL.identifier(alias, "partner_share"),
            self._pool_row_query(private, alias),
            self._pool_row_query(visible, alias),
        )

    def _archive_pool_rows(self):
        """Archiving a partner archives its rows in every company, logged.

        Superuser: the rows of other companies too.
        """
        rows_sudo = (
            self.env["crm.pool.customer"]
            ._privileged()
            .search([("partner_id", "in", self.ids)])
        )
        rows_sudo._write_pool({"active": False})
