"""For `odoo shell`: partners, leads and orders as a company has them before it installs
an addon, or more of them afterwards (then the addons' own hooks run on them)."""

COUNT = 20
country = env.ref("base.cn")  # noqa: F821 - odoo shell gives `env`
product = env["product.product"].create({"name": "Paper", "list_price": 9.5})  # noqa: F821
for number in range(COUNT):
    partner = env["res.partner"].create(  # noqa: F821
        {
            "name": f"Customer {number}",
            "is_company": True,
            "phone": f"+86 21 5555 {number:04}",
            "country_id": country.id,
            "child_ids": [(0, 0, {"name": f"Contact {number}"})],
        }
    )
    env["crm.lead"].create(  # noqa: F821
        {"name": f"Lead {number}", "partner_id": partner.id, "type": "opportunity"}
    )
    order = env["sale.order"].create(  # noqa: F821
        {
            "partner_id": partner.id,
            "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 2})],
        }
    )
    if number % 2:
        order.action_confirm()
env.cr.commit()  # noqa: F821
