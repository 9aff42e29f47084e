from odoo import models, tools
from odoo.fields import Domain


class ResUsers(models.Model):
    """What a user may see of the pool, resolved once and cached.

    The lists enter the record rules as ids: a subquery there costs seconds. They
    are forgotten when a pool, a team or a membership changes.
    """

    _inherit = "res.users"

    @tools.ormcache("self.id", "tuple(company_ids)")
    def _crm_pool_ids(self, company_ids):
        """Ids of the pools, of these companies, whose shared customers are the
        user's to see and claim. Managers are members of every pool.
        """
        self.ensure_one()
        user_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        pools_sudo = (
            user_sudo.env["crm.pool"]
            .with_context(active_test=False)
            .search([("company_id", "in", [*company_ids, False])])
        )
        if not user_sudo.has_group(
            "crm_stage_pipeline.crm_stage_pipeline_group_manager"
        ):
            teams_sudo = user_sudo._crm_pool_teams()
            pools_sudo = pools_sudo.filtered(
                lambda pool: (
                    not (pool.team_ids or pool.user_ids)
                    or user_sudo in pool.user_ids
                    or teams_sudo & pool.team_ids
                )
            )
        return tuple(pools_sudo.ids)

    @tools.ormcache("self.id", "tuple(company_ids)")
    def _crm_pool_led_user_ids(self, company_ids):
        """Ids of the members of the teams that the user leads: a leader's range."""
        self.ensure_one()
        user_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        if not user_sudo.has_group(
            "crm_stage_pipeline.crm_stage_pipeline_group_leader"
        ):
            return ()
        teams_sudo = user_sudo.env["crm.team"].search(
            [
                ("user_id", "=", self.id),
                ("company_id", "in", [*company_ids, False]),
            ]
        )
        return tuple((teams_sudo.member_ids | user_sudo).ids)

    def _crm_pool_visible_domain(self, company_ids, is_write=False):
        """The customers that the user sees: the one text of the rule on pool rows.

        :param is_write: those he may edit: read-only members may not
        :return: domain on crm.pool.customer
        """
        return self._crm_pool_customer_domain(
            "edit" if is_write else "see", company_ids
        )

    def _crm_pool_customer_domain(self, action, company_ids, target="customer"):
        """The customers for which the user has a right.

        Those he works on himself (his access rows, an EXISTS), the shared ones of
        his pools, and those of the people that his right reaches: ids, never a
        subquery.

        :param action: an action of crm.pool.data.right.line
        :param target: "contact": customers whose contact persons are meant
        :return: domain on crm.pool.customer
        """
        companies_by_reach = {}
        for company_id in company_ids:
            reach = self._crm_pool_reach(target, action, company_id)
            companies_by_reach.setdefault(reach, []).append(company_id)
        return list(
            Domain.OR(
                Domain("company_id", "in", reached_ids)
                & self._crm_pool_reach_domain(reach, action, reached_ids)
                for reach, reached_ids in companies_by_reach.items()
            )
        )

    def _crm_pool_reach_domain(self, reach, action, company_ids):
        """Customers of one or more companies in which the right reaches equally."""
        if reach.is_all or not reach:
            return Domain.TRUE if reach else Domain.FALSE
        domain = Domain("owner_id", "in", sorted(reach.user_ids - {self.id}))
        if reach.covers(self.id):
            mine = Domain("user_id", "=", self.id)
            if action == "edit":
                mine &= Domain("is_readonly", "=", False)
            elif action in ("delete", "assign"):
                mine &= Domain("kind", "=", "owner")
            domain |= Domain("access_ids", "any", mine)
        if action not in ("delete", "assign"):
            pool_ids = self._crm_pool_ids(tuple(company_ids))
            domain |= Domain("access", "=", "shared") & Domain(
                "pool_id", "in", list(pool_ids)
            )
        return domain

    def _crm_pool_related_domain(self, company_ids):
        """What belongs to customers that the user sees: access rows, log, records.

        :return: domain on a model with customer_id and company_id
        """
        if self._crm_pool_sees_all("customer", "see", company_ids):
            return [("company_id", "in", list(company_ids))]
        return [("customer_id", "any", self._crm_pool_visible_domain(company_ids))]

    def _crm_pool_teams(self):
        """Teams that the user leads or is a member of."""
        return self.crm_team_member_ids.crm_team_id | self.env["crm.team"].search(
            [("user_id", "=", self.id)]
        )

    def _crm_pool_is_bound(self, action="see"):
        """Whether private customers of others are closed to this user.

        Sales people are bound, unless their right to customers and contacts
        reaches everybody in all of their companies; accounting, stock and the
        like see partners as they do without the pool.
        """
        self.ensure_one()
        if not self._is_internal() or not self.has_group(
            "sales_team.group_sale_salesman"
        ):
            return False
        company_ids = self._get_company_ids()
        return not all(
            self._crm_pool_sees_all(target, action, company_ids)
            for target in ("customer", "contact")
        )
