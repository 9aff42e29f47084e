"""A hundred thousand order lines out of a few orders that the addons made: INSERT …
SELECT, in the state in which confirming leaves them. Every figure comes from the number
of the order, so that the same program always makes the same rows."""

from datetime import datetime, timedelta

from ..pool.multiply import multiply

COUNT, LINES = 20_000, 5  # orders, lines of each
FIRST_DAY = datetime(2026, 1, 1, 9)
DAYS = 360


def price(number, line):
    """Untaxed price of a line of order `number`; SQL below says the same."""
    return 20 + (number * 7 + line * 13) % 400 + 0.25 * (number % 4)


def day(number):
    return FIRST_DAY + timedelta(days=number % DAYS)


def product_of(number, line):
    """0 or 1: three lines of ten are of the product that is split."""
    return int((number + line) % 10 < 3)


def new_order(env, people, number):
    """Order `number` as a person makes it: confirmed, then given its day."""
    order = env["sale.order"].create(
        {
            "partner_id": people.customers[number % len(people.customers)],
            "user_id": people.users[number % len(people.users)],
            "pricelist_id": people.pricelists[number % len(people.pricelists)],
            "order_line": [
                (
                    0,
                    0,
                    {
                        "product_id": people.products[product_of(number, line)],
                        "product_uom_qty": 1,
                        "price_unit": price(number, line),
                        "tax_ids": [(5,)],
                    },
                )
                for line in range(LINES)
            ],
        }
    )
    order.action_confirm()
    order.date_order = day(number)
    return order


def _pattern(env, people, number):
    """An order whose lines have the prices and products that the copies start from."""
    order = new_order(env, people, number)
    env.flush_all()
    return order


def make(env, people, count=COUNT):
    """Orders 0 to `count`, by copying those of the first numbers."""
    cr = env.cr
    # every combination of currency and product of a line comes back after so many
    cycle = 20
    patterns = [_pattern(env, people, number) for number in range(cycle)]
    cr.execute("SELECT max(id) FROM sale_order")
    base = cr.fetchone()[0] + 1 - cycle
    cr.execute("SET LOCAL session_replication_role = replica")  # no foreign keys
    for order in patterns:
        _copy(cr, people, order, count, base, cycle)
    cr.execute("SELECT setval('sale_order_id_seq', max(id)) FROM sale_order")
    cr.execute("SET LOCAL session_replication_role = DEFAULT")
    env.invalidate_all()
    return {number: base + number for number in range(count)}


def _copy(cr, people, pattern, count, base, cycle):
    first = pattern.id - base
    numbers = (
        f"SELECT n FROM generate_series({first + cycle}, {count - 1}, {cycle}) AS n"
    )
    money = "20 + (n * 7 + line * 13) % 400 + 0.25 * (n % 4)"
    total = "+".join(f"({money.replace('line', str(line))})" for line in range(LINES))
    multiply(
        cr,
        "sale_order",
        pattern.id,
        numbers,
        id=f"{base} + n",
        name="'S9' || lpad(n::text, 6, '0')",
        access_token="NULL::varchar",
        partner_id=_choice(people.customers),
        partner_invoice_id=_choice(people.customers),
        partner_shipping_id=_choice(people.customers),
        user_id=_choice(people.users),
        follower_id=_choice(people.users),
        date_order=f"timestamp '{FIRST_DAY}' + (n % {DAYS}) * interval '1 day'",
        amount_untaxed=total,
        amount_total=total,
        currency_rate=_rate(pattern.currency_id.id),
    )
    for line, pattern_line in enumerate(pattern.order_line):
        value = money.replace("line", str(line))
        multiply(
            cr,
            "sale_order_line",
            pattern_line.id,
            numbers,
            order_id=f"{base} + n",
            order_partner_id=_choice(people.customers),
            salesman_id=_choice(people.users),
            price_unit=value,
            technical_price_unit=value,
            price_subtotal=value,
            price_total=value,
            price_reduce_taxexcl=value,
            price_reduce_taxinc=value,
            untaxed_amount_to_invoice=value,
        )


def _rate(currency_id):
    """SQL of the rate on the order's day; the company's own currency has none."""
    return (
        "COALESCE((SELECT rate.rate FROM res_currency_rate rate"
        f" WHERE rate.currency_id = {currency_id}"
        f" AND rate.name <= date '{FIRST_DAY:%Y-%m-%d}' + n % {DAYS}"
        " ORDER BY rate.name DESC LIMIT 1), 1)"
    )


def _choice(ids):
    """SQL of the id that order n has of a list."""
    return f"(ARRAY[{','.join(map(str, ids))}])[1 + n % {len(ids)}]"
