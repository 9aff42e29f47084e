from odoo import models, tools
from odoo.fields import Domain
from odoo.tools import frozendict

from ..rights import Reach, widest
from .crm_pool_data_right import TARGETS
from .crm_pool_data_right_line import ACTIONS

NOBODY = Reach()
EVERYBODY = Reach(is_all=True)


class ResUsers(models.Model):
    """The data rights of a user, resolved once per company and cached (G18).

    They enter the record rules as lists of ids. They are forgotten when a role's
    page, a team, a membership or the user's groups change.
    """

    _inherit = "res.users"

    @tools.ormcache("self.id", "company_id", "self._get_group_ids()")
    def _crm_pool_reaches(self, company_id):
        """How far the user's rights reach in a company, the widest of the roles.

        Without any role's page one has one's own: seeing, editing and printing.

        :return: frozendict (target, action) → Reach; never wider than "see"
        """
        self.ensure_one()
        user_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        rights_sudo = user_sudo.env["crm.pool.data.right"]._rights_of(
            self._get_group_ids(), company_id
        )
        own = Reach(user_ids=frozenset({self.id}))
        reaches = {}
        for target, _label in TARGETS:
            lines_sudo = rights_sudo.line_ids.filtered(
                lambda line, target=target: line.target == target
            )
            for action in ACTIONS:
                reach = widest(
                    user_sudo._crm_pool_range_reach(
                        line_sudo._range_of(action), line_sudo.right_id, company_id
                    )
                    for line_sudo in lines_sudo
                )
                if not rights_sudo and action in ("see", "edit", "print"):
                    reach = own
                reaches[target, action] = reach.within(
                    reaches.get((target, "see"), EVERYBODY)
                )
        return frozendict(reaches)

    @tools.ormcache("self.id", "company_id", "self._get_group_ids()")
    def _crm_pool_specials(self, company_id):
        """Names (`has_…`) of the special rights that one of the roles has."""
        self.ensure_one()
        env_sudo = self.env["crm.pool.customer"]._privileged().env
        rights_sudo = env_sudo["crm.pool.data.right"]._rights_of(
            self._get_group_ids(), company_id
        )
        return frozenset(
            code
            for code in rights_sudo._special_codes()
            if any(rights_sudo.mapped(code))
        )

    def _crm_pool_has_special(self, code, company):
        """Whether the user has the special right `has_<code>` in the company."""
        return f"has_{code}" in self._crm_pool_specials(company.id)

    def _crm_pool_reach(self, target, action, company_id):
        """How far one right of the user reaches in a company."""
        return self._crm_pool_reaches(company_id)[target, action]

    def _crm_pool_range_reach(self, code, right, company_id):
        """The people in a range, seen from the user: bridges add ranges.

        :param code: the range of crm.pool.data.right.line
        :param right: the role's page (superuser)
        """
        if code == "all":
            return EVERYBODY
        if code == "none":
            return NOBODY
        ids = {self.id}
        if code == "led":
            ids.update(self._crm_pool_team_user_ids(company_id, is_led=True))
        elif code == "team":
            ids.update(self._crm_pool_team_user_ids(company_id))
        return Reach(user_ids=frozenset(ids))

    def _crm_pool_team_user_ids(self, company_id, is_led=False):
        """Members of the teams that the user leads, or leads or belongs to."""
        user_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        teams_sudo = user_sudo._crm_pool_teams().filtered(
            lambda team: team.company_id.id in (company_id, False)
        )
        if is_led:
            teams_sudo = teams_sudo.filtered(lambda team: team.user_id == user_sudo)
        return teams_sudo.member_ids.ids

    def _crm_pool_sees_all(self, target, action, company_ids):
        """Whether the right reaches everybody in all of the companies."""
        return all(
            self._crm_pool_reach(target, action, company_id).is_all
            for company_id in company_ids
        )

    def _crm_pool_is_ranged(self):
        """Whether the roles' data rights apply: to everybody in a pool group."""
        return self._is_internal() and self.has_group(
            "crm_stage_pipeline.crm_stage_pipeline_group_user"
        )

    def _crm_pool_document_domain(
        self, target, action, company_ids, user_field="user_id", other_field=None
    ):
        """The documents that a right of the user reaches; nobody's are everybody's.

        :param target: the kind of record of crm.pool.data.right.line
        :param user_field: the field that names whose document it is
        :param other_field: who else works on it as on his own, but gives it to nobody
        :return: domain on a model with company_id
        """
        if not self._crm_pool_is_ranged():
            return [(1, "=", 1)]
        if action in ("delete", "assign"):
            other_field = None
        companies_by_reach = {}
        for company_id in company_ids:
            reach = self._crm_pool_reach(target, action, company_id)
            companies_by_reach.setdefault(reach, []).append(company_id)
        if len(companies_by_reach) < 2:
            reach = next(iter(companies_by_reach), NOBODY)
            return list(self._crm_pool_whose(reach, user_field, other_field))
        parts = [
            Domain("company_id", "in", reached_ids)
            & self._crm_pool_whose(reach, user_field, other_field)
            for reach, reached_ids in companies_by_reach.items()
        ]
        # a document without company goes by the widest of the rights
        parts.append(
            Domain("company_id", "=", False)
            & self._crm_pool_whose(widest(companies_by_reach), user_field, other_field)
        )
        return list(Domain.OR(parts))

    def _crm_pool_whose(self, reach, user_field, other_field):
        if reach.is_all or not reach:
            return Domain.TRUE if reach else Domain.FALSE
        domain = Domain(user_field, "in", [*sorted(reach.user_ids), False])
        if other_field and reach.covers(self.id):
            domain |= Domain(other_field, "=", self.id)
        return domain

    def _crm_pool_record_domain(self, action, company_ids):
        """Contact records: of customers that one sees, by whom the right reaches."""
        return list(
            Domain(self._crm_pool_related_domain(company_ids))
            & Domain(self._crm_pool_document_domain("record", action, company_ids))
        )

    def _crm_pool_special_domain(self, code, company_ids):
        """Everybody's rows where the user has a special right, else one's own."""
        allowed = [
            c for c in company_ids if f"has_{code}" in self._crm_pool_specials(c)
        ]
        return [
            "|",
            ("company_id", "in", allowed),
            ("user_id", "=", self.id),
        ]
