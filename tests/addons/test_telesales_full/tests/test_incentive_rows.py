from odoo.tests import TransactionCase, tagged

from tests.bench.incentive import people, rows

# what two orders of the same content never share
OWN = {
    *("id", "name", "create_date", "write_date", "access_token", "order_id"),
    *("create_uid", "write_uid", "campaign_id", "medium_id", "source_id"),
    *("last_website_so_id", "sequence"),
    # of Margins, which the data set does not have
    *("margin", "margin_percent", "purchase_price"),
}
COMPARED = range(20, 40)


@tagged("post_install", "-at_install")
class TestIncentiveRows(TransactionCase):
    """The order lines of the benchmark, written by SQL, are as the addons make them."""

    def _stored(self, records):
        """{record: values of its row}, without what is its own."""
        self.env.flush_all()
        self.env.cr.execute(
            f"SELECT * FROM {records._table} WHERE id = ANY(%s) ORDER BY id",
            [records.ids],
        )
        return [
            {
                # a rate is a quotient of floats there, the number itself here
                name: round(value, 9) if isinstance(value, float) else value
                for name, value in row.items()
                if name not in OWN
            }
            for row in self.env.cr.dictfetchall()
        ]

    def test_a_hundred_lines_are_as_orders_make_them(self):
        self.patch(people, "PEOPLE", 7)
        self.patch(people, "CUSTOMERS", 11)
        made = people.make(self.env)
        copies = rows.make(self.env, made, count=COMPARED.stop)
        lines = 0
        for number in COMPARED:
            order = self.env["sale.order"].browse(copies[number])
            twin = rows.new_order(self.env, made, number)
            self.assertEqual(self._stored(order), self._stored(twin), number)
            self.assertEqual(
                self._stored(order.order_line), self._stored(twin.order_line), number
            )
            lines += len(order.order_line)
        self.assertEqual(lines, 100)
