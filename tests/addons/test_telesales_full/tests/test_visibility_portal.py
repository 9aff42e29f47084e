import re

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .visibility_world import WorldCase


@tagged("post_install", "-at_install")
class TestVisibilityPortal(WorldCase, HttpCase):
    """T24, invariant 9: the portal shows a customer his own, a reseller his."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = {}
        for login in ("portal", "reseller"):
            user = cls.users[login]
            order = cls.env["sale.order"].create(
                {"partner_id": user.partner_id.id, "company_id": cls.a.id}
            )
            order.action_quotation_sent()
            cls.own[login] = order
        cls.env.flush_all()

    def test_orders(self):
        """Quotations and their pages: one's own, nobody else's."""
        others = self.env["sale.order"].browse(self.world.everything("sale.order"))
        for login, order in self.own.items():
            self.authenticate(f"see_{login}", f"see_{login}")
            page = self.url_open("/my/quotes").text
            with self.subTest(user=login):
                self.assertIn(order.name, page)
                shown = set(re.findall(r"/my/orders/(\d+)", page))
                self.assertEqual({int(one) for one in shown}, {order.id})
                with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"):
                    for other in others[:3]:
                        answer = self.url_open(f"/my/orders/{other.id}")
                        self.assertNotIn(other.name, answer.text)
                self.assertIn(order.name, self.url_open(f"/my/orders/{order.id}").text)

    def test_customers_of_a_reseller(self):
        """The list names exactly the customers that name him."""
        names = {
            row.id: self.env["res.partner"].browse(row.partner_id).name
            for row in self.world.rows.values()
        }
        for login in ("portal", "reseller"):
            person = self._person(login)
            visible = self.world.visible(person, "crm.pool.customer")
            self.authenticate(f"see_{login}", f"see_{login}")
            page = self.url_open("/my/customers").text
            shown = {one for one, name in names.items() if f">{name}<" in page}
            partners = {self.world.rows[one].partner_id for one in visible}
            expected = {
                one for one in names if self.world.rows[one].partner_id in partners
            }
            with self.subTest(user=login):
                self.assertEqual(shown, expected)

    def test_backend_is_closed(self):
        """A portal session reads no lead and no contact record by RPC."""
        self.authenticate("see_reseller", "see_reseller")
        for model_name in ("crm.lead", "crm.contact.record", "crm.pool.log"):
            with self.subTest(model=model_name), mute_logger("odoo.http"):
                answer = self.make_jsonrpc_request_raw(model_name)
                self.assertIn("error", answer)

    def make_jsonrpc_request_raw(self, model_name):
        response = self.url_open(
            f"/web/dataset/call_kw/{model_name}/search_read",
            json={
                "jsonrpc": "2.0",
                "method": "call",
                "params": {
                    "model": model_name,
                    "method": "search_read",
                    "args": [[]],
                    "kwargs": {},
                },
            },
        )
        return response.json()
