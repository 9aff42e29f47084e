from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, OrderedSet


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
        if not limit or _asks_mine(domain):
            return super().search_count(domain, limit)
        for state in ("off", "on"):
            self.env.cr.execute(
                SQL("SELECT set_config('enable_indexscan', %s, true)", state)
            )
            if state == "off":
                count = super().search_count(domain, limit)
        return count

    @api.model
    def search(self, domain, offset=0, limit=None, order=None):
        """As core's. Of one's own all are found and the page is cut from them, for
        the same reason as in search_count; a stage is told by its code as well, which
        the index of owners knows.
        """
        if not limit or not _asks_mine(domain):
            return super().search(domain, offset, limit, order)
        found = super().search(
            Domain(domain).map_conditions(self._with_stage_code), order=order
        )
        return self.browse(found._ids[offset : offset + limit])

    @api.model
    def _with_stage_code(self, condition):
        if condition.field_expr != "stage_id" or condition.operator not in ("=", "in"):
            return condition
        stages = self.env["crm.pool.stage"].browse(
            OrderedSet(
                [condition.value] if condition.operator == "=" else condition.value
            )
        )
        if not all(stages._ids):
            return condition
        return condition & Domain("stage_code", "in", stages.mapped("code"))

    @api.model
    @api.readonly
    def web_search_read(
        self, domain, specification, offset=0, limit=None, order=None, count_limit=None
    ):
        """As core's. One's own customers are so few that they are sorted once: the
        page and their number come from that, where core would find all again to count.
        """
        last = offset + (limit or 0)
        if not limit or not count_limit or last > count_limit or not _asks_mine(domain):
            return super().web_search_read(
                domain, specification, offset, limit, order, count_limit
            )
        found = self.search(domain, order=order, limit=count_limit)
        page = self.browse(found.ids[offset:last])
        return {"length": len(found), "records": page.web_read(specification)}


def _asks_mine(domain):
    conditions = Domain(domain).iter_conditions()
    return any(condition.field_expr == "is_mine" for condition in conditions)
