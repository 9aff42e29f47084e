from odoo import models, tools
from odoo.exceptions import ConcurrencyError
from odoo.fields import Domain
from odoo.tools import SQL, Query

# What a claim asks of a customer.
CLAIM_FIELDS = (
    *("name", "company_id", "active", "pool_id", "stage_code", "access"),
    *("owner_id", "previous_owner_id", "released_at", "pool_entered_at"),
)
# Functions, because PostgreSQL keeps their plans as long as a connection is not reset:
# planning these statements takes longer than running them (docs/decisions/0008).
FUNCTIONS = """
DROP FUNCTION IF EXISTS crm_pool_look;
CREATE FUNCTION crm_pool_look(ids int[], companies int[], pools int[])
RETURNS TABLE (id int, name varchar, company_id int, active boolean, pool_id int,
               stage_code varchar, access varchar, owner_id int,
               previous_owner_id int, released_at timestamp,
               pool_entered_at timestamp)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT id, name, company_id, active, pool_id, stage_code, access, owner_id,
       previous_owner_id, released_at, pool_entered_at
  FROM crm_pool_customer
 WHERE id = ANY(ids) AND access = 'shared' AND company_id = ANY(companies)
   AND pool_id = ANY(pools);
END $$;

-- Picks the rows that are still shared, gives them to the user, counts them on the
-- quota, whose limit guards the count, and logs them: one statement.
DROP FUNCTION IF EXISTS crm_pool_take;
CREATE FUNCTION crm_pool_take(
    in_ids int[], in_uid int, in_now timestamp, in_stage_id int, in_stage_code varchar,
    in_counter_id int, in_quota int, in_scope varchar, in_day date, in_batch varchar,
    in_action varchar, in_returns jsonb)
RETURNS TABLE (customer_id int, used int)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH pick AS (
    SELECT id, stage_id, stage_code, pool_id, last_contact_at, track_mark
      FROM crm_pool_customer
     WHERE id = ANY(in_ids) AND owner_id IS NULL AND active
     ORDER BY id FOR NO KEY UPDATE
),
due AS (
    SELECT pick.id, pick.stage_code, first.moment, first.rule_id
      FROM pick LEFT JOIN LATERAL (
            SELECT moment, rule_id
              FROM jsonb_to_recordset(in_returns) AS rule (
                   rank int, moment timestamp, rule_id int, pool_id int,
                   stage_ids int[], keeps_deal boolean, waits_paused boolean)
             WHERE (pick.last_contact_at IS NULL
                    OR pick.last_contact_at < date_trunc('second', in_now))
               AND (rule.pool_id IS NULL OR rule.pool_id = pick.pool_id)
               AND (rule.stage_ids IS NULL
                    OR COALESCE(in_stage_id, pick.stage_id) = ANY(rule.stage_ids))
               AND (NOT rule.keeps_deal
                    OR COALESCE(in_stage_code, pick.stage_code)
                       IS DISTINCT FROM 'deal')
               AND (NOT rule.waits_paused OR pick.track_mark = 'tracking')
             ORDER BY rank LIMIT 1) AS first ON TRUE
),
taken AS (
    UPDATE crm_pool_customer AS customer
       SET owner_id = in_uid, access = 'personal', claimed_at = in_now,
           stage_id = COALESCE(in_stage_id, customer.stage_id),
           stage_code = COALESCE(in_stage_code, customer.stage_code),
           recycle_on = due.moment, recycle_rule_id = due.rule_id,
           write_uid = in_uid, write_date = in_now
      FROM due
     WHERE customer.id = due.id AND customer.owner_id IS NULL
 RETURNING customer.id, customer.name, customer.company_id,
           due.stage_code AS stage_before, customer.stage_code AS stage_after
),
access AS (
    INSERT INTO crm_pool_access (customer_id, company_id, user_id, kind,
                                 create_date, write_date)
    SELECT id, company_id, in_uid, 'owner', in_now, in_now FROM taken
),
counter AS (
    UPDATE crm_pool_quota AS quota
       SET used = quota.used + (SELECT count(*) FROM taken)
     WHERE id = in_counter_id
       AND (in_quota IS NULL
            OR quota.used + (SELECT count(*) FROM taken) <= in_quota)
 RETURNING quota.used
),
log AS (
    INSERT INTO crm_pool_log (at, batch, action, customer_id, customer_ref,
                              customer_name, company_id, actor_id, owner_after_id,
                              stage_before, stage_after, quota_scope, quota_day)
    SELECT in_now, in_batch, in_action, id, id, name, company_id, in_uid,
           in_uid, stage_before, stage_after, in_scope, in_day
      FROM taken
)
SELECT taken.id, (SELECT counter.used FROM counter) FROM taken;
END $$;
"""


class CrmPoolCustomer(models.Model):
    """The two statements of a claim: the look at what is shared, and the taking."""

    _inherit = "crm.pool.customer"

    def init(self):
        result = super().init()
        self.env.cr.execute(SQL(FUNCTIONS))
        return result

    def _look_up_shared(self):
        """Those of self that are shared in one of the user's pools, with what a claim
        asks of them; none where the rules on reading are not the pool's own.
        """
        company_ids = self.env.companies.ids
        if self.env.su or not self._sees_shared():
            return self.browse()
        self.flush_model(CLAIM_FIELDS)
        function = SQL(
            "crm_pool_look(%s, %s, %s)",
            self.ids,
            company_ids,
            list(self.env.user._crm_pool_ids(tuple(company_ids))),
        )
        query = Query(self.env, self._table, function)
        return self._fetch_query(query, [self._fields[name] for name in CLAIM_FIELDS])

    @tools.ormcache("self.env.uid", "tuple(self.env.companies.ids)")
    def _sees_shared(self):
        """Whether the rules let the user see all that is shared in his pools.

        They do as the addon ships them; a rule of another module, or one that was
        changed, must be asked.
        """
        company_ids = self.env.companies.ids
        user = self.env.user
        reaches = {
            user._crm_pool_reach("customer", "see", company_id)
            for company_id in company_ids
        }
        shipped = Domain("company_id", "in", company_ids) & Domain(
            user._crm_pool_visible_domain(company_ids)
        )
        rules = self.env["ir.rule"]._compute_domain(self._name, "read")
        return len(reaches) == 1 and all(reaches) and rules == shipped.optimize(self)

    def _take(self, target, counter, action):
        """Give those of self that are still shared to the user: the one statement.

        :param target: stage to move to, or empty to stay
        :param counter: open quota counter
        :param action: log action
        :return: the customers that were taken
        :raises ConcurrencyError: if the quota's guard refused the count
        """
        self.env.flush_all()
        now = self.env.cr.now()
        # not logged: a conflict is no error, Odoo replays it
        self.env.cr.execute(
            SQL(
                "SELECT * FROM crm_pool_take"
                "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                self.ids,
                self.env.uid,
                now,
                target.id or None,
                target.code or None,
                counter.id,
                counter.allowance.quota,
                counter.scope,
                counter.day,
                self.env["crm.pool.log"]._new_batch(),
                action,
                self._claim_returns(now),
            ),
            log_exceptions=False,
        )
        rows = self.env.cr.fetchall()
        if any(used is None for _id, used in rows):
            raise ConcurrencyError("Another claim used up the quota.")
        self.env.invalidate_all(flush=False)
        taken = self.browse(customer_id for customer_id, _used in rows)
        taken._recycle_claimed_later()
        return taken
