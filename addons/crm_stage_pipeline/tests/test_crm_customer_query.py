from lxml import etree

from odoo.tests import tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmCustomerQuery(PoolCase):
    """Lists cost the same number of queries for one customer and for fifty."""

    def _spec(self, model, view_type="list"):
        arch = etree.fromstring(model.get_view(view_type=view_type)["arch"])
        names = [
            node.get("name")
            for node in arch.iter("field")
            if not list(node.iterancestors("field"))
        ]
        relations = ("many2one", "many2many", "one2many")
        return {
            name: {"fields": {"display_name": {}}}
            if model._fields[name].type in relations
            else {}
            for name in names
        }

    def _count(self, model, domain, limit):
        spec = self._spec(model)
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        model.web_search_read(domain, spec, limit=limit)
        return self.cr.sql_log_count - before

    def test_columns_of_lists(self):
        """G17: with every optional column read, of customers and of contacts."""
        customers = self._new_customers(50, "target", self.agent_1)
        grade = self.env["crm.customer.class"].search([("kind", "=", "grade")], limit=1)
        for customer in customers:
            customer.partner_id.write(
                {
                    "mobile": f"1349000{customer.id % 10000:04}",
                    "contact_name": f"Li {customer.id}",
                    "city": "Xiamen",
                }
            )
        customers.grade_id = grade
        for model in ("crm.pool.customer", "res.partner"):
            rows = customers if model == "crm.pool.customer" else customers.partner_id
            rows = rows.with_user(self.agent_1)
            domain = [("id", "in", rows.ids)]
            self._count(rows, domain, 50)  # caches of views and rights
            with self.subTest(model=model):
                one = self._count(rows, domain, 1)
                self.assertEqual(self._count(rows, domain, 50), one)
