from odoo import models, tools


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

        Those he works on himself (his access rows, an EXISTS), the shared ones of
        his pools, those of the members of teams he leads.

        :param is_write: those he may edit: read-only members may not
        :return: domain on crm.pool.customer
        """
        mine = [("user_id", "=", self.id)]
        if is_write:
            mine.append(("is_readonly", "=", False))
        return [
            ("company_id", "in", list(company_ids)),
            "|",
            "|",
            ("access_ids", "any", mine),
            "&",
            ("access", "=", "shared"),
            ("pool_id", "in", list(self._crm_pool_ids(company_ids))),
            ("owner_id", "in", list(self._crm_pool_led_user_ids(company_ids))),
        ]

    def _crm_pool_teams(self):
        """Teams that the user leads or is a member of."""
        return self.crm_team_member_ids.crm_team_id | self.env["crm.team"].search(
            [("user_id", "=", self.id)]
        )

    def _crm_pool_is_bound(self):
        """Whether private customers of others are hidden from this user.

        Sales people are bound, pool managers not; accounting, stock and the like
        see partners as they do without the pool.
        """
        self.ensure_one()
        return (
            self._is_internal()
            and self.has_group("sales_team.group_sale_salesman")
            and not self.has_group(
                "crm_stage_pipeline.crm_stage_pipeline_group_manager"
            )
        )
