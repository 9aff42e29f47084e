from odoo import api, fields, models, tools
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
    is_pool_editable = fields.Boolean(
        compute="_compute_is_pool_editable",
        search="_search_is_pool_editable",
        compute_sudo=True,
        help="Not a private customer that one may only read.",
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
        allowed = self._pool_filtered("see")
        for partner in self:
            partner.is_pool_visible = partner in allowed

    @api.model
    def _search_is_pool_visible(self, operator, value):
        return self._pool_search_allowed("see", operator, value)

    @api.depends(
        "partner_share",
        "commercial_partner_id.crm_pool_customer_ids.access",
        "commercial_partner_id.crm_pool_customer_ids.active",
        "commercial_partner_id.crm_pool_customer_ids.access_ids.is_readonly",
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_pool_editable(self):
        allowed = self._pool_filtered("edit")
        for partner in self:
            partner.is_pool_editable = partner in allowed

    @api.model
    def _search_is_pool_editable(self, operator, value):
        return self._pool_search_allowed("edit", operator, value)

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

    def _pool_filtered(self, action):
        """The partners of self that the user's right to an action reaches.

        Contact persons go by the right to contacts, and are seen only with their
        customer.
        """
        if not self.env.user._crm_pool_is_bound(action):
            return self
        persons = self.filtered(lambda p: p.commercial_partner_id != p)
        closed = self._pool_closed_commercial_ids(action, "customer")
        closed_persons = persons._pool_closed_commercial_ids(action, "contact")
        if action == "see":
            closed_persons |= closed
        return self.filtered(
            lambda partner: (
                not partner.partner_share
                or partner.commercial_partner_id.id
                not in (closed_persons if partner in persons else closed)
            )
        )

    def _pool_rows_sudo(self):
        """The rows of these customers in the active companies.

        Superuser: rows of others are compared with those that the user reaches.
        """
        rows_sudo = self.env["crm.pool.customer"]._privileged()
        return rows_sudo.search(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "in", self.env.companies.ids),
            ]
        )

    def _pool_closed_commercial_ids(self, action, target):
        """Commercial partners of self with a row to be reached, and none in reach.

        Shared rows need to be reached as well, save for seeing: who is in no pool
        of a shared customer sees the contact as in core.
        """
        rows_sudo = self._pool_rows_sudo()
        reached_sudo = rows_sudo.filtered_domain(
            self._pool_reached_rows_domain(action, target)
        )
        if action == "see":
            rows_sudo = rows_sudo.filtered(lambda row: row.access != "shared")
        return set(rows_sudo.partner_id.ids) - set(reached_sudo.partner_id.ids)

    @api.model
    def _pool_reached_rows_domain(self, action, target):
        user = self.env.user
        return Domain(
            user._crm_pool_customer_domain(action, self.env.companies.ids, target)
        )

    @api.model
    def _pool_search_allowed(self, action, operator, value):
        """Search partners by is_pool_visible or is_pool_editable."""
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        if not self.env.user._crm_pool_is_bound(action):
            return Domain.TRUE
        return Domain.custom(
            to_sql=lambda _model, alias, _query: self._pool_allowed_sql(alias, action)
        )

    @api.model
    @tools.ormcache(
        "self.env.uid",
        "tuple(self.env.companies.ids)",
        "self.env.user._get_group_ids()",
        "self.env.context.get('active_test', True)",
        "alias",
        "action",
    )
    def _pool_allowed_sql(self, alias, action="see"):
        """The condition of _pool_filtered on the partners of table `alias`.

        Two EXISTS on the index (partner, company): never IN (subquery), which
        costs seconds on a large pool. OFFSET 0 keeps the planner from reading all
        rows into a hash. Superuser: the rows of others are asked. The text is kept
        as long as the ranges and pools that it names (crm.pool.cached.mixin): to
        make it costs more than to ask it.
        """
        customer = self._pool_reached_rows_domain(action, "customer")
        contact = self._pool_reached_rows_domain(action, "contact")
        condition = self._pool_open_sql(alias, action, customer)
        if contact != customer:
            person = self._pool_open_sql(alias, action, contact)
            condition = SQL(
                "CASE WHEN %s = %s THEN %s ELSE %s END",
                SQL.identifier(alias, "id"),
                SQL.identifier(alias, "commercial_partner_id"),
                condition,
                SQL("(%s AND %s)", condition, person) if action == "see" else person,
            )
        return SQL(
            "(%s IS NOT TRUE OR %s)", SQL.identifier(alias, "partner_share"), condition
        )

    @api.model
    def _pool_open_sql(self, alias, action, reached):
        """No row to be reached, or one that meets the domain `reached`."""
        customers_sudo = self.env["crm.pool.customer"]._privileged()
        rows = Domain("company_id", "in", self.env.companies.ids)
        if action == "see":
            rows &= Domain("access", "!=", "shared")
        condition = SQL(
            "NOT EXISTS (%s OFFSET 0)",
            self._pool_row_query(customers_sudo._search(rows), alias),
        )
        if reached.is_false():
            return condition
        return SQL(
            "(%s OR EXISTS (%s OFFSET 0))",
            condition,
            self._pool_row_query(customers_sudo._search(reached), alias),
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
