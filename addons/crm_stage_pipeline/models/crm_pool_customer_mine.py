from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL


class CrmPoolCustomer(models.Model):
    """The customers that somebody owns or works on with their owner (P21, P42)."""

    _inherit = "crm.pool.customer"

    is_mine = fields.Boolean(
        compute="_compute_is_mine",
        search="_search_is_mine",
        help="You own the customer or are one of its collaborators.",
    )

    @api.depends("owner_id", "access_ids.user_id", "access_ids.kind")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        # superuser: an agent reads his own access row, whatever the rules become
        for customer in self:
            customer_sudo = customer._privileged()
            members = customer_sudo.access_ids.filtered(lambda a: a.kind != "document")
            customer.is_mine = self.env.user in members.user_id

    @api.model
    def _search_is_mine(self, operator, value):
        """One's own by the index of owners, shared ones by their ids: a semi-join on
        the access rows reads every customer twice on a large pool.
        """
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        # read as it is: one's own rows need no rule, which would ask for each customer
        rows = self.env["crm.pool.access"]
        rows.flush_model(("user_id", "kind", "customer_id"))
        shared = self.env.execute_query(
            SQL(
                "SELECT customer_id FROM crm_pool_access"
                " WHERE user_id = %s AND kind = 'collaborator'",
                self.env.uid,
            )
        )
        return Domain("owner_id", "=", self.env.uid) | Domain(
            "id", "in", [customer_id for (customer_id,) in shared]
        )

    @api.model
    def search_count(self, domain, limit=None):
        """As core's. How many there are, up to a limit, is found sooner in the order
        of the disk: PostgreSQL would walk an index of dates or names, along which
        what one sees comes late. One's own have their own index.
        """
        if not limit or _without_mine(domain) is not None:
            return super().search_count(domain, limit)
        query = self._search(domain, limit=limit)
        if not query.is_empty():
            # nothing is looked for inside: so it is read as it lies
            fenced = SQL("(SELECT * FROM crm_pool_customer OFFSET 0)")
            query._tables[query.table] = fenced
        return len(query)

    @api.model
    def _search(
        self,
        domain,
        offset=0,
        limit=None,
        order=None,
        *,
        active_test=True,
        bypass_access=False,
    ):
        """As core's. One's own are read from the index of owners alone, which has all
        that lists and counts of them ask for, and those that one shares beside them:
        on a large pool almost every customer of a person lies on a page of its own.

        Where the rules on reading are the pool's own they let everybody see his own,
        and are not asked for each customer.
        """
        rest = _without_mine(domain)
        if rest is None:
            return super()._search(
                domain, offset, limit, order,
                active_test=active_test, bypass_access=bypass_access,
            )  # fmt: skip
        if not bypass_access and not self.env.su and self._sees_mine():
            self.browse().check_access("read")
            rest &= Domain("company_id", "in", self.env.companies.ids)
            bypass_access = True
        query = super()._search(
            rest, offset, limit, order,
            active_test=active_test, bypass_access=bypass_access,
        )  # fmt: skip
        if not query.is_empty():
            query._tables[query.table] = self._mine_sql()
        return query

    @api.model
    def _mine_sql(self):
        """The rows that one owns, and those that one shares, as a table."""
        owner = SQL.identifier("c", "owner_id", to_flush=self._fields["owner_id"])
        access = self.env["crm.pool.access"]._fields
        return SQL(
            """
            (SELECT c.* FROM crm_pool_customer AS c WHERE %(owner)s = %(uid)s
             UNION ALL
             SELECT c.* FROM crm_pool_customer AS c
              WHERE c.id IN (SELECT %(customer)s FROM crm_pool_access AS shared
                              WHERE %(user)s = %(uid)s AND %(kind)s = 'collaborator')
                AND c.owner_id IS DISTINCT FROM %(uid)s)
            """,
            owner=owner,
            uid=self.env.uid,
            customer=SQL.identifier(
                "shared", "customer_id", to_flush=access["customer_id"]
            ),
            user=SQL.identifier("shared", "user_id", to_flush=access["user_id"]),
            kind=SQL.identifier("shared", "kind", to_flush=access["kind"]),
        )

    @tools.ormcache("self.env.uid", "tuple(self.env.companies.ids)")
    def _sees_mine(self):
        """Whether the rules let the user see all that he owns or shares.

        They do as the addon ships them, while his right to see customers reaches
        himself.
        """
        return self._sees_shared() and all(
            reach.is_all or reach.covers(self.env.uid)
            for reach in (
                self.env.user._crm_pool_reach("customer", "see", company_id)
                for company_id in self.env.companies.ids
            )
        )

    @api.model
    @api.readonly
    def web_search_read(
        self, domain, specification, offset=0, limit=None, order=None, count_limit=None
    ):
        """As core's, in fewer statements.

        - One's own customers are so few that they are sorted once: the page and their
          number come from that, where core would find all again to count.
        - Of others the page is found first and then read together with the rules;
          core reads it while it looks, and then asks the rules of each row in Python.
        """
        if self.env.su:
            return super().web_search_read(
                domain, specification, offset, limit, order, count_limit
            )
        last = offset + (limit or 0)
        is_mine = _without_mine(domain) is not None
        if is_mine and limit and count_limit and last <= count_limit:
            found = self.search(domain, order=order, limit=count_limit)
            page = self.browse(found.ids[offset:last])
            return {"length": len(found), "records": page.web_read(specification)}
        page = self.search(domain, offset, limit, order)
        return self._format_web_search_read_results(
            domain, page.web_read(specification), offset, limit, count_limit
        )


def _without_mine(domain):
    """What a domain asks of one's own customers besides; None: not only of them."""
    domain = Domain(domain)
    parts = domain.children if getattr(domain, "OPERATOR", "") == "&" else [domain]
    rest = [part for part in parts if not _is_mine(part)]
    return Domain.AND(rest) if len(rest) < len(parts) else None


def _is_mine(part):
    if getattr(part, "field_expr", None) != "is_mine":
        return False
    if part.operator == "in":
        return set(part.value) == {True}
    return part.operator == "=" and part.value is True
