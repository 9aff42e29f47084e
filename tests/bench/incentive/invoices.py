"""Invoices of 200 people, made and posted by the addons: what a settlement runs on, and
what is posted with and without the incentives."""

from datetime import date, timedelta

from . import people

INVOICES, LINES = 250, 20
YEAR = people.YEAR


def draft(env, count, lines, number=0):
    """Draft invoices in the company's currency, of the people in turn."""
    users = env["res.users"].search([("login", "=like", "seller%")], order="id")
    customers = env["res.partner"].search([("name", "=like", "Customer %")], order="id")
    product = env["product.product"].search([("name", "=", "Plain")], limit=1)
    return env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": customers[each % len(customers)].id,
                "invoice_user_id": users[each % len(users)].id,
                "invoice_date": date(YEAR, 1, 5) + timedelta(days=each % 50),
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.id,
                            "price_unit": 20 + (each * 7 + line * 13) % 400,
                            "tax_ids": [(5,)],
                        },
                    )
                    for line in range(lines)
                ],
            }
            for each in range(number, number + count)
        ]
    )


def prepare(env):
    """Users, customers and a product, also where there are no incentives."""
    company = env.ref("base.main_company")
    people._chart(env, company)
    users = people._users(env, company)
    people._customers(env, company, users)
    products = people._products(env)
    env.flush_all()
    return company, users, products


def make(env):
    """The same, a plan on invoices, and 5,000 lines posted."""
    company, users, _products = prepare(env)
    measure = people._measure(
        env, "invoiced", "invoice", [{"receiver": "salesperson", "share": "100"}]
    )
    people.plan(env, company, users, [(measure, "marginal")])
    for number in range(0, INVOICES, 50):
        draft(env, 50, LINES, number).action_post()
    env.flush_all()
