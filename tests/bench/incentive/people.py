"""Two hundred people on a plan, products, customers with owners, rates, periods: what
the data sets of this group have in common, made by the addons themselves."""

from dataclasses import dataclass
from datetime import date

YEAR = 2026
PEOPLE, CUSTOMERS = 200, 500
GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_user"
CURRENCIES = {"EUR": 0.92, "GBP": 0.79, "CNY": 7.2}
TIERS = ((0, 2), (5_000, 4), (20_000, 6), (50_000, 8))


@dataclass(frozen=True)
class People:
    """Ids, in the order of their making."""

    company: int
    users: list
    customers: list
    products: list  # the second one's lines are split between two people
    pricelists: list  # of four currencies


def _chart(env, company):
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company)


def _users(env, company):
    return env["res.users"].create(
        [
            {
                "login": f"seller{number}",
                "name": f"Seller {number}",
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
                "group_ids": [(6, 0, env.ref(GROUP).ids)],
            }
            for number in range(1, PEOPLE + 1)
        ]
    )


def _customers(env, company, users):
    partners = env["res.partner"].create(
        [
            {"name": f"Customer {number}", "is_company": True}
            for number in range(CUSTOMERS)
        ]
    )
    env["crm.pool.customer"].create(
        [
            {
                "partner_id": partner.id,
                "company_id": company.id,
                "owner_id": users[number % PEOPLE].id,
            }
            for number, partner in enumerate(partners)
        ]
    )
    return partners


def _products(env):
    return env["product.product"].create(
        [
            {
                "name": name,
                "type": "service",
                "list_price": 100,
                "invoice_policy": "order",
                "taxes_id": [(5,)],
            }
            for name in ("Plain", "Split")
        ]
    )


def _pricelists(env, company):
    """One for each currency, with a rate for every month."""
    currencies = company.currency_id
    for name, rate in CURRENCIES.items():
        currency = env.ref(f"base.{name}")
        currency.active = True
        currency.rate_ids.unlink()
        env["res.currency.rate"].create(
            [
                {
                    "currency_id": currency.id,
                    "company_id": company.id,
                    "name": date(YEAR, month, 1),
                    "rate": rate * (1 + month / 100),
                }
                for month in range(1, 13)
            ]
        )
        currencies += currency
    return env["product.pricelist"].create(
        [
            {"name": each.name, "currency_id": each.id, "company_id": company.id}
            for each in currencies
        ]
    )


def _measure(env, code, source, rules, domain="[]"):
    return env["crm.incentive.measure"].create(
        {
            "name": code.title(),
            "code": code,
            "source": source,
            "domain": domain,
            "rule_ids": [(0, 0, rule) for rule in rules],
        }
    )


def plan(env, company, users, measures):
    """A plan with a component for each of `measures` (measure, mode), approved."""
    participants = env["crm.incentive.participant"].create(
        [{"partner_id": user.partner_id.id, "user_id": user.id} for user in users]
    )
    table = env["crm.incentive.rate.table"].create(
        {
            "name": "Steps",
            "tier_ids": [
                (0, 0, {"lower_bound": lower, "value": value}) for lower, value in TIERS
            ],
        }
    )
    made = env["crm.incentive.plan"].create(
        {
            "name": "Sellers",
            "accumulation": "quarter",
            "currency_id": company.currency_id.id,
            "assignment_ids": [
                (0, 0, {"participant_id": each.id, "date_from": date(YEAR, 1, 1)})
                for each in participants
            ],
            "version_ids": [
                (
                    0,
                    0,
                    {
                        "date_from": date(YEAR, 1, 1),
                        "component_ids": [
                            (
                                0,
                                0,
                                {
                                    "name": measure.name,
                                    "code": measure.code,
                                    "measure_id": measure.id,
                                    "rate_table_id": table.id,
                                    "mode": mode,
                                },
                            )
                            for measure, mode in measures
                        ],
                    },
                )
            ],
        }
    )
    made.version_ids.action_approve()
    env["crm.incentive.period"].action_create_year(YEAR)


def measures(env, products):
    """Orders of the first product for the salesperson, of the second for him and the
    customer's owner; invoices for the salesperson."""
    seller = {"receiver": "salesperson", "share": "100"}
    shared = (
        {"receiver": "salesperson", "share": "60"},
        {"receiver": "owner", "share": "40", "sequence": 20},
    )
    plain, split = (f"[('product_id', '=', {each.id})]" for each in products)
    return (
        (_measure(env, "plain", "order", [seller], plain), "marginal"),
        (_measure(env, "split", "order", shared, split), "retroactive"),
        (_measure(env, "invoiced", "invoice", [seller]), "marginal"),
    )


def make(env):
    """All of it; `env` is the superuser's."""
    company = env.ref("base.main_company")
    _chart(env, company)
    users = _users(env, company)
    products = _products(env)
    made = People(
        company=company.id,
        users=users.ids,
        customers=_customers(env, company, users).ids,
        products=products.ids,
        pricelists=_pricelists(env, company).ids,
    )
    plan(env, company, users, measures(env, products))
    env.flush_all()
    return made
