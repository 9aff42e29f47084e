"""From the opportunity to the paid invoice and the commission."""

from tests.clients.odoo import OdooClient

ACCOUNTANT = "story_accountant"


def consultant_prepares_the_books(scene):
    """The consultant adds chart of accounts, currency, accountant and products"""
    office = scene.consultant
    company_id = office.session["user_companies"]["current_company"]
    company = office.read_one("res.company", company_id, ["chart_template"])
    currency = office.search("res.currency", [("name", "=", scene.plan["currency"])])
    if not company["chart_template"]:
        settings = office.create(
            "res.config.settings", {"chart_template": "generic_coa"}
        )
        office.call("res.config.settings", "execute", [settings])
        office.write("res.company", [company_id], {"currency_id": currency[0]})
    company = office.read_one(
        "res.company", company_id, ["chart_template", "currency_id"]
    )
    scene.check(company["chart_template"], "the company has a chart of accounts")
    scene.check_equal(
        company["currency_id"][1], scene.plan["currency"], "the company's currency"
    )
    groups = group_ids(office, "account.group_account_manager", "base.group_user")
    office.create(
        "res.users",
        {
            "name": "Story Accountant",
            "login": ACCOUNTANT,
            "password": ACCOUNTANT,
            "company_id": company_id,
            "company_ids": [(6, 0, [company_id])],
            "group_ids": [(6, 0, groups)],
        },
    )
    scene.people["accountant"] = scene.stack.client(ACCOUNTANT)
    scene.check(scene.accountant.user_id, "the accountant logs in")
    scene.company_id, scene.currency_id = company_id, currency[0]
    scene.products = {
        line["product"]: _product(office, line) for line in scene.plan["order"]["lines"]
    }
    scene.check_equal(len(scene.products), 2, "products with the prices of story.yaml")


def group_ids(client: OdooClient, *xml_ids):
    found = []
    for xml_id in xml_ids:
        module, name = xml_id.split(".")
        rows = client.search_read(
            "ir.model.data",
            [("module", "=", module), ("name", "=", name)],
            ["res_id"],
        )
        found.append(rows[0]["res_id"])
    return found


def _product(client, line):
    return client.create(
        "product.product",
        {
            "name": line["product"],
            "type": "consu",
            "list_price": line["price"],
            "invoice_policy": "order",
            "taxes_id": [(5,)],
        },
    )


def customer_becomes_an_opportunity(scene):
    """The agent promotes the customer who talked to her, and opens a lead for him"""
    agent = scene.agent1
    rows = agent.call(
        "crm.pool.customer", "action_promote", [scene.buyer], "opportunity"
    )
    scene.check_equal([row["code"] for row in rows], ["moved"], "answer")
    row = agent.read_one(
        "crm.pool.customer", scene.buyer, ["stage_code", "partner_id", "name"]
    )
    scene.check_equal(row["stage_code"], "opportunity", "stage")
    scene.buyer_partner, scene.buyer_name = row["partner_id"][0], row["name"]
    scene.lead = agent.create(
        "crm.lead",
        {
            "name": "Office supplies for the new hall",
            "type": "opportunity",
            "partner_id": scene.buyer_partner,
            "expected_revenue": scene.plan["order"]["untaxed"],
        },
    )
    lead = agent.read_one("crm.lead", scene.lead, ["user_id", "partner_id"])
    scene.check_equal(lead["user_id"][0], agent.user_id, "salesperson of the lead")
    scene.check_equal(lead["partner_id"][0], scene.buyer_partner, "its customer")


def quotation(scene):
    """The lead becomes a quotation with the prices of story.yaml"""
    agent = scene.agent1
    lines = [
        (
            0,
            0,
            {
                "product_id": scene.products[line["product"]],
                "product_uom_qty": line["quantity"],
                "price_unit": line["price"],
                "discount": line["discount"],
            },
        )
        for line in scene.plan["order"]["lines"]
    ]
    scene.order = agent.create(
        "sale.order",
        {
            "partner_id": scene.buyer_partner,
            "opportunity_id": scene.lead,
            "order_line": lines,
        },
    )
    order = agent.read_one(
        "sale.order", scene.order, ["amount_untaxed", "state", "user_id", "currency_id"]
    )
    scene.check_equal(
        order["amount_untaxed"], scene.plan["order"]["untaxed"], "untaxed amount"
    )
    scene.check_equal(order["currency_id"][1], scene.plan["currency"], "currency")
    scene.check_equal(order["state"], "draft", "state")
    scene.check_equal(order["user_id"][0], agent.user_id, "salesperson")


def order_confirmed(scene):
    """The customer orders: he is a deal customer now"""
    agent = scene.agent1
    agent.call("sale.order", "action_confirm", [scene.order])
    order = agent.read_one("sale.order", scene.order, ["state", "name"])
    scene.check_equal(order["state"], "sale", f"state of {order['name']}")
    row = agent.read_one("crm.pool.customer", scene.buyer, ["stage_code", "owner_id"])
    scene.check_equal(row["stage_code"], "deal", "stage of the customer")
    scene.check_equal(row["owner_id"][0], agent.user_id, "his owner is still the agent")


def invoice_paid(scene):
    """The order is invoiced, and the accountant enters the payment"""
    agent, books = scene.agent1, scene.accountant
    context = {
        "active_model": "sale.order",
        "active_ids": [scene.order],
        "active_id": scene.order,
    }
    wizard = agent.create(
        "sale.advance.payment.inv",
        {"advance_payment_method": "delivered"},
        context=context,
    )
    agent.call("sale.advance.payment.inv", "create_invoices", [wizard], context=context)
    order = agent.read_one("sale.order", scene.order, ["invoice_ids", "name"])
    scene.check_equal(len(order["invoice_ids"]), 1, "invoices of the order")
    scene.invoice = order["invoice_ids"][0]
    books.call("account.move", "action_post", [scene.invoice])
    invoice = books.read_one(
        "account.move", scene.invoice, ["state", "amount_untaxed", "amount_total"]
    )
    scene.check_equal(invoice["state"], "posted", "state of the invoice")
    scene.check_equal(
        invoice["amount_untaxed"], scene.plan["order"]["untaxed"], "invoiced, untaxed"
    )
    context = {"active_model": "account.move", "active_ids": [scene.invoice]}
    payment = books.create("account.payment.register", {}, context=context)
    books.call(
        "account.payment.register", "action_create_payments", [payment], context=context
    )
    invoice = books.read_one(
        "account.move",
        scene.invoice,
        ["payment_state", "amount_residual", "invoice_date"],
    )
    scene.paid_on = invoice["invoice_date"]
    scene.check(
        invoice["payment_state"] in ("paid", "in_payment"),
        f"the invoice is {invoice['payment_state']}",
    )
    scene.check_equal(invoice["amount_residual"], 0.0, "still to be paid")


STEPS = (
    consultant_prepares_the_books,
    customer_becomes_an_opportunity,
    quotation,
    order_confirmed,
    invoice_paid,
)
