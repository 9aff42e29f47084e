from dataclasses import dataclass
from datetime import UTC, date

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError
from odoo.tools import SQL

from ..pool import Allowance, daily_limit, quota_day

GUARD_SCOPE = "holding"
# A function, because PostgreSQL keeps its plans (docs/decisions/0008).
FUNCTIONS = """
DROP FUNCTION IF EXISTS crm_pool_counter;
CREATE FUNCTION crm_pool_counter(
    in_user int, in_company int, in_scope varchar, in_policy int, in_stage varchar,
    in_groups int[])
RETURNS TABLE (is_active boolean, id int, used int, day date, limits int[])
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT users.active, newest.id, newest.used, newest.day, (
        SELECT array_agg(CASE WHEN is_unlimited THEN NULL ELSE daily_limit END)
          FROM crm_pool_policy_line
         WHERE policy_id = in_policy AND stage_code = in_stage
           AND group_id = ANY(in_groups))
  FROM res_users AS users
  LEFT JOIN LATERAL (
        SELECT quota.id, quota.used, quota.day FROM crm_pool_quota AS quota
         WHERE user_id = users.id AND company_id = in_company AND scope = in_scope
         ORDER BY day DESC LIMIT 1) AS newest ON TRUE
 WHERE users.id = in_user;
END $$;
"""


@dataclass(frozen=True)
class OpenCounter:
    """Today's counter of a person and stage, and what is left of it."""

    id: int
    scope: str
    day: date
    allowance: Allowance


class CrmPoolQuota(models.Model):
    """Counter of what a person took from the pool in one company, day and stage.

    Written by SQL only, in the statement that takes the customers. A row is never
    counted down: giving a customer back does not return the quota (P24). The row
    of scope "holding" counts nothing: whoever raises the number of customers that
    a person holds writes it, so that two such transactions cannot both commit on
    a stale count.
    """

    _name = "crm.pool.quota"
    _description = "Claim Quota Counter"
    _order = "day desc, id desc"
    _log_access = False

    user_id = fields.Many2one(
        comodel_name="res.users", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    day = fields.Date(required=True, readonly=True)
    scope = fields.Char(
        required=True,
        readonly=True,
        help="Code of the stage that the customers were taken from.",
    )
    used = fields.Integer(required=True, readonly=True, default=0)

    _counter_uniq = models.Constraint("UNIQUE (user_id, company_id, scope, day)")

    def init(self):
        result = super().init()
        self.env.cr.execute(SQL(FUNCTIONS))
        return result

    @api.model
    def _open(self, user, policy, scope):
        """Make today's counter and read what is left.

        :param scope: code of the stage, or False for the archive
        :return: OpenCounter
        """
        company = policy.company_id
        scope_key = scope or "archive"
        now = self.env.cr.now().replace(tzinfo=UTC)
        found = self._newest(user, policy, scope)
        is_active, counter_id, used, last_day, limits = found
        if not is_active:
            nobody = self.env["crm.pool.customer"]
            refusal = nobody._result(
                "wrong_user", name="", owner=user.name, company=company.name
            )
            raise AccessError(refusal["message"])
        day = quota_day(now, policy.tz, last_day)
        if last_day != day:
            self._make(user, company, scope_key, day)
            found = self._newest(user, policy, scope)
            _is_active, counter_id, used, last_day, limits = found
        if last_day != day:
            # another transaction made today's counter after our snapshot
            raise ConcurrencyError("The quota counter was made by another claim.")
        cap = policy.holding_cap or None
        held = self._guard_holding(user, company) if cap else 0
        allowance = Allowance(daily_limit(limits or []), used, cap, held)
        return OpenCounter(counter_id, scope_key, day, allowance)

    @api.model
    def _newest(self, user, policy, scope):
        """The person's counter of the latest day, and what his roles may take a day:
        (is active, id, used, day, limits).

        Without any counter yet, id and what follows are None. A session may outlive
        its user in the server's memory: the table says whether he is still there.
        A limit that is None is no limit; without any line limits is None.
        """
        user.flush_recordset(["active"])
        self.env["crm.pool.policy.line"].flush_model()
        # superuser: which groups a colleague has is not readable by everybody
        user_sudo = user.with_env(self.env["crm.pool.customer"]._privileged().env)
        query = SQL(
            "SELECT * FROM crm_pool_counter(%s, %s, %s, %s, %s, %s)",
            user.id,
            policy.company_id.id,
            scope or "archive",
            policy.id,
            scope or None,
            list(user_sudo._get_group_ids()),
        )
        [row] = self.env.execute_query(query)
        return row

    @api.model
    def _make(self, user, company, scope, day):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_pool_quota (user_id, company_id, scope, day, used)
                VALUES (%s, %s, %s, %s, 0) ON CONFLICT DO NOTHING
                """,
                *(user.id, company.id, scope, day),
            ),
            log_exceptions=False,  # a conflict is no error, Odoo replays it
        )

    @api.model
    def _guard_holding(self, user, company):
        """Write the person's holding guard, then count what he holds."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_pool_quota AS quota
                            (user_id, company_id, scope, day, used)
                VALUES (%s, %s, %s, '1970-01-01', 1)
                ON CONFLICT (user_id, company_id, scope, day)
                DO UPDATE SET used = quota.used + 1
                """,
                *(user.id, company.id, GUARD_SCOPE),
            ),
            log_exceptions=False,  # a conflict is no error, Odoo replays it
        )
        query = SQL(
            "SELECT count(*) FROM crm_pool_customer"
            " WHERE owner_id = %s AND company_id = %s AND active",
            *(user.id, company.id),
        )
        return self.env.execute_query(query)[0][0]
