from dataclasses import dataclass
from datetime import UTC, date

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ..pool import Allowance, quota_day

GUARD_SCOPE = "holding"


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

    @api.model
    def _open(self, user, policy, scope):
        """Make today's counter and read what is left.

        :param scope: code of the stage, or False for the archive
        :return: OpenCounter
        """
        company = policy.company_id
        scope_key = scope or "archive"
        now = self.env.cr.now().replace(tzinfo=UTC)
        newest = self._newest(user, company, scope_key)
        day = quota_day(now, policy.tz, newest and newest[2])
        if not newest or newest[2] != day:
            self._make(user, company, scope_key, day)
            newest = self._newest(user, company, scope_key)
        if not newest or newest[2] != day:
            # another transaction made today's counter after our snapshot
            raise ConcurrencyError("The quota counter was made by another claim.")
        counter_id, used, _day = newest
        cap = policy.holding_cap or None
        held = self._guard_holding(user, company) if cap else 0
        allowance = Allowance(policy._daily_limit(user, scope), used, cap, held)
        return OpenCounter(counter_id, scope_key, day, allowance)

    @api.model
    def _newest(self, user, company, scope):
        """The person's counter of the latest day: (id, used, day), or None."""
        query = SQL(
            "SELECT id, used, day FROM crm_pool_quota"
            " WHERE user_id = %s AND company_id = %s AND scope = %s"
            " ORDER BY day DESC LIMIT 1",
            *(user.id, company.id, scope),
        )
        return next(iter(self.env.execute_query(query)), None)

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
