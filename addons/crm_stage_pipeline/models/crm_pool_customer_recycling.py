from datetime import UTC

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..pool.recycling import Facts, returns_at

# What moves the date when an action writes it.
MOVING_FIELDS = frozenset(
    {
        "owner_id",
        "claimed_at",
        "last_contact_at",
        "protected_until",
        "stage_id",
        "track_mark",
        "pool_id",
        "active",
    }
)
WAITING = "crm_pool_recycle_ids"
CLAIMED = SQL(
    "date_trunc('second',"
    " COALESCE(customer.claimed_at, customer.pool_entered_at, customer.create_date))"
)
# The nth of the contacts, since the claim, that failed one after the other. "ends"
# are contacts that end such a row of failures.
FAILED_CONTACTS = """
LEFT JOIN LATERAL (
    SELECT record.date AS at
      FROM crm_contact_record AS record
      JOIN crm_contact_outcome AS outcome ON outcome.id = record.outcome_id
     WHERE record.customer_id = customer.id AND record.date >= %(claimed)s
       AND %(fails)s
       AND NOT EXISTS (
            SELECT FROM crm_contact_record AS later
              LEFT JOIN crm_contact_outcome AS result ON result.id = later.outcome_id
             WHERE later.customer_id = customer.id AND later.date >= %(claimed)s
               AND (later.date, later.id) > (record.date, record.id)
               AND %(ends)s)
     ORDER BY record.date, record.id OFFSET %(skipped)s LIMIT 1
) AS %(alias)s ON TRUE
"""
FAILURES = {
    "not_interested": (
        SQL("COALESCE(outcome.is_not_interested, FALSE)"),
        SQL(
            "NOT COALESCE(result.is_not_interested, FALSE)"
            " AND (result.id IS NULL OR result.is_contact)"
        ),
    ),
    "unreached": (
        SQL("NOT COALESCE(outcome.is_contact, FALSE)"),
        SQL("(result.id IS NULL OR result.is_contact)"),
    ),
}
# Every opportunity that is open or was closed since the claim was lost.
LOST_OPPORTUNITY = """
LEFT JOIN LATERAL (
    SELECT max(lead.date_closed) AS at
      FROM res_partner AS partner
      JOIN crm_lead AS lead ON lead.partner_id = partner.id
      LEFT JOIN res_users AS seller ON seller.id = lead.user_id
     WHERE partner.commercial_partner_id = customer.partner_id
       AND lead.type = 'opportunity'
       AND COALESCE(lead.company_id, seller.company_id, customer.company_id)
           = customer.company_id
       AND (lead.won_status = 'pending' AND lead.active
            OR lead.date_closed >= %(claimed)s)
    HAVING bool_and(lead.won_status = 'lost')
) AS %(alias)s ON TRUE
"""


class CrmPoolCustomer(models.Model):
    """When a customer returns to the pool by a rule, and by which (P27).

    recycle_on is the earliest date of any rule in force, computed before the
    transaction ends whenever something that a rule asks for has changed: claim,
    assignment, contact, protection, stage, pool, tracking. A run computes it anew
    under the row's lock, so that a date that is too early does no harm.
    """

    _inherit = "crm.pool.customer"

    recycle_rule_id = fields.Many2one(
        comodel_name="crm.pool.recycle.rule",
        string="Returns Because",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        help="The rule that takes the customer back first.",
    )
    resumed_at = fields.Datetime(
        readonly=True, copy=False, help="When tracking was last resumed."
    )
    is_recycle_near = fields.Boolean(
        string="About to Be Recycled",
        compute="_compute_is_recycle_near",
        search="_search_is_recycle_near",
        help="The customer returns to the pool within the days of the reminder.",
    )

    _recycle_due_idx = models.Index(
        "(company_id, recycle_on, id)"
        " WHERE owner_id IS NOT NULL AND recycle_on IS NOT NULL"
    )

    @api.depends("recycle_on", "company_id")
    def _compute_is_recycle_near(self):
        for company, customers in self.grouped("company_id").items():
            border = customers._reminder_border(company)
            for customer in customers:
                moment = customer.recycle_on
                customer.is_recycle_near = bool(moment) and moment <= border

    @api.model
    def _search_is_recycle_near(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return Domain.OR(
            [
                ("company_id", "=", company.id),
                ("recycle_on", "!=", False),
                ("recycle_on", "<=", self._reminder_border(company)),
            ]
            for company in self.env.companies
        )

    @api.model_create_multi
    def create(self, vals_list):
        customers = super().create(vals_list)
        customers._recycle_later()
        return customers

    def write(self, vals):
        if vals.get("track_mark") == "tracking" and "resumed_at" not in vals:
            vals = {**vals, "resumed_at": fields.Datetime.now()}
        result = super().write(vals)
        if MOVING_FIELDS.intersection(vals):
            self._recycle_later()
        return result

    @api.model
    def _reminder_border(self, company):
        """Customers that return before this moment are shown as about to."""
        policy = self.env["crm.pool.policy"]._policy_for(company)
        return fields.Datetime.add(
            fields.Datetime.now(), days=policy.recycle_remind_days
        )

    def _recycle_later(self):
        """Have the dates of self computed before this transaction ends.

        Once for all that happens in it; a savepoint that is rolled back leaves at
        most a customer whose date is computed without need.
        """
        precommit = self.env.cr.precommit
        if not self:
            return
        if WAITING not in precommit.data:
            precommit.data[WAITING] = set()
            # superuser: who may record a contact may not always write the customer
            precommit.add(self.browse()._privileged()._recycle_now)
        precommit.data[WAITING].update(self.ids)

    @api.model
    def _recycle_now(self):
        """Compute the dates that wait for it; see _recycle_later."""
        ids = self.env.cr.precommit.data.pop(WAITING, set())
        self.env["crm.pool.customer"].flush_model()
        found = self.env.execute_query(
            SQL(
                "SELECT company_id, array_agg(id) FROM crm_pool_customer"
                " WHERE id = ANY(%s) GROUP BY company_id",
                list(ids),
            )
        )
        rules = self.env["crm.pool.recycle.rule"]
        for company_id, customer_ids in found:
            if rules._rules_in_force(company_id):
                company = self.env["res.company"].browse(company_id)
                plan = self.env["crm.pool.policy"]._policy_for(company)._plan()
                self.browse(customer_ids)._save_returns(plan)

    def _save_returns(self, plan):
        """Write date and rule of every customer of self where they have changed.

        By SQL, and not logged as a change of the customer.
        """
        self._write_returns(self._find_returns(plan))

    @api.model
    def _write_returns(self, returns):
        """:param returns: dict of id to (UTC moment or None, rule's id or None)"""
        if not returns:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_pool_customer AS customer
                   SET recycle_on = fresh.moment, recycle_rule_id = fresh.rule_id
                  FROM unnest(%s::int[], %s::timestamp[], %s::int[])
                       AS fresh (id, moment, rule_id)
                 WHERE customer.id = fresh.id
                   AND (customer.recycle_on, customer.recycle_rule_id)
                       IS DISTINCT FROM (fresh.moment, fresh.rule_id)
                """,
                list(returns),
                [moment for moment, _rule in returns.values()],
                [rule_id for _moment, rule_id in returns.values()],
            ),
            log_exceptions=False,  # a conflict is no error, Odoo replays it
        )
        names = ["recycle_on", "recycle_rule_id"]
        self.browse(returns).invalidate_recordset(names, flush=False)

    def _find_returns(self, plan):
        """When each customer of self returns by the rules of `plan`.

        :return: dict of id to (UTC moment or None, rule's id or None)
        """
        returns = dict.fromkeys(self.ids, (None, None))
        if not plan.rules:
            return returns
        for customer_id, facts in self._read_facts(plan):
            found = returns_at(plan.rules, facts, plan.clock_of)
            if found:
                returns[customer_id] = (found[0].replace(tzinfo=None), found[1])
        return returns

    def _read_facts(self, plan):
        """Yield (id, Facts) of the customers that rules may take back.

        Not those that are shared or archived, and not those that the policy keeps
        whatever happens: deal customers, paused ones.
        """
        self._flush_facts()
        matched = self._match_domains(plan)
        failing = [rule for rule in plan.rules if rule.failure]
        for row in self.env.execute_query(self._facts_query(plan, failing)):
            customer_id, owner_id, pool_id, stage_id, *moments = row
            claimed, contact, protected, resumed, *failed = [
                moment and moment.replace(tzinfo=UTC) for moment in moments
            ]
            yield (
                customer_id,
                Facts(
                    owner=owner_id,
                    claimed_at=claimed,
                    last_contact_at=contact,
                    protected_until=protected,
                    resumed_at=resumed if plan.waits_paused else None,
                    pool_id=pool_id,
                    stage_id=stage_id,
                    failed_at={
                        rule.id: moment
                        for rule, moment in zip(failing, failed, strict=True)
                        if moment
                    },
                    matched_ids=frozenset(
                        rule_id
                        for rule_id, ids in matched.items()
                        if customer_id in ids
                    ),
                ),
            )

    def _flush_facts(self):
        self.flush_model()
        self.env["crm.contact.record"].flush_model()
        self.env["crm.contact.outcome"].flush_model()
        self.env["crm.lead"].flush_model()

    def _facts_query(self, plan, failing):
        """The SELECT of what the rules ask for, one column for each failing rule."""
        joins, columns = [], []
        for rule in failing:
            alias = SQL.identifier(f"failed_{rule.id}")
            columns.append(SQL(", %s.at", alias))
            if rule.failure == "lost":
                joins.append(SQL(LOST_OPPORTUNITY, claimed=CLAIMED, alias=alias))
                continue
            fails, ends = FAILURES[rule.failure]
            joins.append(
                SQL(
                    FAILED_CONTACTS,
                    claimed=CLAIMED,
                    fails=fails,
                    ends=ends,
                    skipped=rule.attempts - 1,
                    alias=alias,
                )
            )
        kept = []
        if plan.keeps_deal:
            kept.append(SQL("AND customer.stage_code IS DISTINCT FROM 'deal'"))
        if plan.waits_paused:
            kept.append(SQL("AND customer.track_mark = 'tracking'"))
        return SQL(
            """
            SELECT customer.id, customer.owner_id, customer.pool_id, customer.stage_id,
                   %s, customer.last_contact_at, customer.protected_until,
                   customer.resumed_at %s
              FROM crm_pool_customer AS customer %s
             WHERE customer.id = ANY(%s) AND customer.company_id = %s
               AND customer.owner_id IS NOT NULL AND customer.active %s
            """,
            CLAIMED,
            SQL(" ").join(columns),
            SQL(" ").join(joins),
            self.ids,
            plan.company_id,
            SQL(" ").join(kept),
        )

    def _match_domains(self, plan):
        """Which customers of self meet the conditions of rules that have one.

        Superuser: a consultant's condition may read what the acting user does not
        see.

        :return: dict of rule's id to set of customers' ids
        """
        rows_sudo = self._privileged()
        return {
            rule_id: set(
                rows_sudo.with_context(active_test=False)
                ._search(Domain("id", "in", self.ids) & domain)
                .get_result_ids()
            )
            for rule_id, domain in plan.domains.items()
        }

    @api.model
    def _owned_ids(self, company, after_id, limit):
        """Ids of the next owned customers of a company, in order."""
        self.flush_model(["owner_id", "active"])
        query = SQL(
            """
            SELECT id FROM crm_pool_customer
             WHERE company_id = %s AND owner_id IS NOT NULL AND active AND id > %s
             ORDER BY id LIMIT %s
            """,
            *(company.id, after_id, limit),
        )
        return [row[0] for row in self.env.execute_query(query)]
