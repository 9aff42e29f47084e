from odoo import fields, models
from odoo.tools import SQL

# The arms of the view give ids of their own: what it stands for times this, and which.
ARMS = 8


class CrmPoolReview(models.Model):
    """Looking back (回顾分析, P57): who did what when, one row for each event.

    - An event belongs to whom it happened: the caller, who claimed, whose customer was
      promoted or went back to the pool. Later owners change nothing.
    - A team is that of the opportunity or order, else the person's own.
    - Area and industry are the customer's as they are now.
    - No row names a customer: its own list does, by the rules of that list.
    - Read within the role's right on reports.
    """

    _name = "crm.pool.review"
    _description = "Review"
    _inherit = "crm.pool.right.mixin"
    _auto = False
    _log_access = False
    _order = "at desc, id desc"
    _rec_name = "kind"
    _depends = {
        "crm.contact.record": [
            *("date", "user_id", "company_id", "customer_id", "partner_id"),
            *("outcome_id", "channel"),
        ],
        "crm.pool.log": ["at", "action", "customer_id", "company_id"],
        "crm.pool.customer": ["partner_id", "pool_id"],
        "crm.lead": [
            *("type", "create_date", "date_closed", "won_status", "user_id"),
            *("company_id", "team_id", "partner_id", "expected_revenue"),
        ],
        "sale.order": [
            *("create_date", "date_order", "state", "user_id", "company_id"),
            *("team_id", "partner_id", "amount_untaxed", "currency_rate"),
        ],
        "res.partner": ["industry_id", "state_id", "country_id"],
        "res.users": ["sale_team_id"],
    }
    _pool_right_target = "report"

    at = fields.Datetime(string="Date", readonly=True)
    kind = fields.Selection(
        selection=[
            ("contact", "Contacted"),
            ("customer", "New Customer"),
            ("claim", "Customer Claimed"),
            ("assign", "Customer Assigned"),
            ("promote", "Customer Promoted"),
            ("demote", "Customer Demoted"),
            ("return", "Customer Returned to the Pool"),
            ("opportunity", "New Opportunity"),
            ("won", "Opportunity Won"),
            ("lost", "Opportunity Lost"),
            ("quotation", "New Quotation"),
            ("order", "Order Confirmed"),
        ],
        string="What",
        readonly=True,
    )
    user_id = fields.Many2one(comodel_name="res.users", string="Person", readonly=True)
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Sales Team", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    pool_id = fields.Many2one(comodel_name="crm.pool", readonly=True)
    industry_id = fields.Many2one(comodel_name="res.partner.industry", readonly=True)
    state_id = fields.Many2one(
        comodel_name="res.country.state", string="Area", readonly=True
    )
    country_id = fields.Many2one(comodel_name="res.country", readonly=True)
    outcome_id = fields.Many2one(comodel_name="crm.contact.outcome", readonly=True)
    channel = fields.Selection(
        selection=lambda self: (
            self.env["crm.contact.record"]
            ._fields["channel"]
            ._description_selection(self.env)
        ),
        readonly=True,
    )
    customer_ref = fields.Integer(
        string="Customers",
        aggregator="count_distinct",
        readonly=True,
        help="How many different customers.",
    )
    amount = fields.Monetary(
        currency_field="currency_id",
        readonly=True,
        help="Expected revenue of opportunities, untaxed amount of quotations and "
        "orders, in the company's currency.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    @property
    def _table_query(self):
        arms = [self._contacts(), self._moves(), *self._deals(), *self._orders()]
        return SQL(" UNION ALL ").join(
            self._arm(number, *arm) for number, arm in enumerate(arms)
        )

    def _arm(self, number, source, columns):
        """One kind of source as rows of the view.

        :param source: FROM and WHERE, with the aliases event, row (of the pool),
            partner and person
        :param columns: SQL of what differs, by field
        """
        given = {
            "team_id": SQL("person.sale_team_id"),
            "outcome_id": SQL("NULL::integer"),
            "channel": SQL("NULL::varchar"),
            "amount": SQL("0.0"),
            **columns,
        }
        return SQL(
            """
            SELECT event.id::bigint * %(arms)s + %(number)s AS id,
                   %(at)s AS at, %(kind)s::varchar AS kind, %(user_id)s AS user_id,
                   %(team_id)s AS team_id, %(company_id)s AS company_id,
                   row.pool_id, partner.industry_id, partner.state_id,
                   partner.country_id, %(outcome_id)s AS outcome_id,
                   %(channel)s AS channel, row.id AS customer_ref,
                   %(amount)s::numeric AS amount
              FROM %(source)s
            """,
            arms=SQL(str(ARMS)),
            number=SQL(str(number)),
            source=source,
            **given,
        )

    def _contacts(self):
        source = SQL(
            """
            crm_contact_record AS event
            LEFT JOIN crm_pool_customer AS row ON row.id = event.customer_id
            LEFT JOIN res_partner AS partner ON partner.id = row.partner_id
            LEFT JOIN res_users AS person ON person.id = event.user_id
            """
        )
        return source, {
            "at": SQL("event.date"),
            "kind": SQL("'contact'"),
            "user_id": SQL("event.user_id"),
            "company_id": SQL("event.company_id"),
            "outcome_id": SQL("event.outcome_id"),
            "channel": SQL("event.channel"),
        }

    def _moves(self):
        """What the log tells of: it alone knows whose the customer was then."""
        whose = SQL(
            """
            CASE WHEN event.action IN ('release', 'recycle')
                 THEN COALESCE(event.owner_before_id, event.actor_id)
                 WHEN event.action = 'enter' THEN event.actor_id
                 ELSE COALESCE(event.owner_after_id, event.actor_id) END
            """
        )
        source = SQL(
            """
            crm_pool_log AS event
            LEFT JOIN crm_pool_customer AS row ON row.id = event.customer_id
            LEFT JOIN res_partner AS partner ON partner.id = row.partner_id
            LEFT JOIN res_users AS person ON person.id = %s
            WHERE event.action IN ('enter', 'claim', 'screen', 'assign', 'promote',
                                   'demote', 'release', 'recycle')
            """,
            whose,
        )
        kind = SQL(
            """
            CASE event.action WHEN 'enter' THEN 'customer' WHEN 'screen' THEN 'claim'
                              WHEN 'release' THEN 'return' WHEN 'recycle' THEN 'return'
                              ELSE event.action END
            """
        )
        return source, {
            "at": SQL("event.at"),
            "kind": kind,
            "user_id": whose,
            "company_id": SQL("event.company_id"),
        }

    def _deals(self):
        """Opportunities when they came and when they ended."""
        for kind, moment, condition in (
            ("'opportunity'", "create_date", "TRUE"),
            (
                "event.won_status",
                "date_closed",
                "event.won_status IN ('won', 'lost') AND event.date_closed IS NOT NULL",
            ),
        ):
            source = SQL(
                """
                crm_lead AS event
                LEFT JOIN res_users AS person ON person.id = event.user_id
                LEFT JOIN res_partner AS contact ON contact.id = event.partner_id
                LEFT JOIN res_partner AS partner
                       ON partner.id = contact.commercial_partner_id
                LEFT JOIN crm_pool_customer AS row
                       ON row.partner_id = partner.id
                      AND row.company_id = COALESCE(event.company_id, person.company_id)
                WHERE event.type = 'opportunity' AND %s
                """,
                SQL(condition),
            )
            yield (
                source,
                {
                    "at": SQL.identifier("event", moment),
                    "kind": SQL(kind),
                    "user_id": SQL("event.user_id"),
                    "team_id": SQL("COALESCE(event.team_id, person.sale_team_id)"),
                    "company_id": SQL("COALESCE(event.company_id, person.company_id)"),
                    "amount": SQL("event.expected_revenue"),
                },
            )

    def _orders(self):
        """Quotations when they were made, orders when they were confirmed."""
        rate = SQL("COALESCE(NULLIF(event.currency_rate, 0), 1)")
        for kind, moment, condition in (
            ("'quotation'", "create_date", "TRUE"),
            ("'order'", "date_order", "event.state = 'sale'"),
        ):
            source = SQL(
                """
                sale_order AS event
                LEFT JOIN res_users AS person ON person.id = event.user_id
                LEFT JOIN res_partner AS contact ON contact.id = event.partner_id
                LEFT JOIN res_partner AS partner
                       ON partner.id = contact.commercial_partner_id
                LEFT JOIN crm_pool_customer AS row
                       ON row.partner_id = partner.id
                      AND row.company_id = event.company_id
                WHERE %s
                """,
                SQL(condition),
            )
            yield (
                source,
                {
                    "at": SQL.identifier("event", moment),
                    "kind": SQL(kind),
                    "user_id": SQL("event.user_id"),
                    "team_id": SQL("COALESCE(event.team_id, person.sale_team_id)"),
                    "company_id": SQL("event.company_id"),
                    "amount": SQL("event.amount_untaxed / %s", rate),
                },
            )
