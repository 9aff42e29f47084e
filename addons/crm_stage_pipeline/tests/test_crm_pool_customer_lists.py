from odoo.fields import Domain
from odoo.tests import tagged

from odoo.addons.web.models.models import Base

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolCustomerLists(PoolCase):
    """P42, P43, P44, G58: finding the customers that one wants to work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.industries = cls.env["res.partner.industry"].create(
            [{"name": name} for name in ("Hotels", "Mills", "Ports")]
        )
        cls.sources = cls.env["utm.source"].create(
            [{"name": name} for name in ("Yellow pages", "Fair")]
        )

    def _customer(self, industry=None, city=False, source=None, **kwargs):
        customer = self._new_customers(1, kwargs.pop("stage", "reserve"), **kwargs)
        customer.partner_id.write(
            {"industry_id": industry and industry.id, "city": city}
        )
        customer._privileged().source_id = source
        return customer

    def _order(self, customer, user):
        order = self._new_order(customer, user)
        order.action_confirm()
        return order

    def _found(self, user, name):
        customers = self.env["crm.pool.customer"].with_user(user)
        return customers.search([(name, "=", True), ("stage_code", "=", "reserve")])

    def test_like_those_who_buy(self):
        """P43: industries, cities, sources of the team's orders, not of others'."""
        hotels, mills, ports = self.industries
        pages, fair = self.sources
        buyer = self._customer(
            hotels, "Xiamen", pages, stage="deal", owner=self.agent_2
        )
        self._order(buyer, self.agent_2)
        stranger = self._customer(
            ports, "Ningbo", fair, stage="deal", owner=self.agent_3
        )
        self._order(stranger, self.agent_3)
        same = self._customer(hotels, "Xiamen", pages)
        other = self._customer(mills, "Quanzhou")
        far = self._customer(ports, "Ningbo", fair)
        for what in ("industry", "city", "source"):
            with self.subTest(what=what):
                name = f"is_like_order_{what}"
                # agent_1 is of agent_2's team; agent_3 has none
                self.assertEqual(self._found(self.agent_1, name), same)
                self.assertEqual(self._found(self.agent_3, name), far)
                self.assertEqual(self._found(self.manager, name), same | far)
                self.assertTrue(same.with_user(self.agent_1)[name])
                self.assertFalse(other.with_user(self.agent_1)[name])

    def test_like_those_who_may_buy(self):
        """P43: the same among opportunities; a draft order is none."""
        hotels, mills, _ports = self.industries
        chance = self._customer(
            mills, "Quanzhou", stage="potential", owner=self.agent_1
        )
        self.env["crm.lead"].create(
            {
                "name": "Chance",
                "type": "opportunity",
                "partner_id": chance.partner_id.id,
                "user_id": self.agent_1.id,
            }
        )
        self._new_order(
            self._customer(hotels, stage="potential", owner=self.agent_1), self.agent_1
        )
        same = self._customer(mills, "Quanzhou")
        self._customer(hotels)
        for what in ("industry", "city"):
            found = self._found(self.agent_1, f"is_like_lead_{what}")
            self.assertEqual(found, same)
        self.assertFalse(self._found(self.agent_1, "is_like_order_industry"))

    def test_no_documents_no_customers(self):
        """P43: a team without orders finds nothing, not everything."""
        self._customer(self.industries[0], "Xiamen", self.sources[0])
        for document in ("order", "lead"):
            for what in ("industry", "city", "source"):
                name = f"is_like_{document}_{what}"
                self.assertFalse(self._found(self.agent_3, name))

    def test_the_most_frequent_only(self):
        """P43: a policy may take the most frequent values only."""
        hotels, mills, _ports = self.industries
        for industry in (hotels, hotels, mills):
            customer = self._customer(industry, stage="deal", owner=self.agent_1)
            self._order(customer, self.agent_1)
        same, rare = self._customer(hotels), self._customer(mills)
        name = "is_like_order_industry"
        self.assertEqual(self._found(self.agent_1, name), same | rare)
        self.policy.similar_most = 1
        self.assertEqual(self._found(self.agent_1, name), same)

    def test_quick_box(self):
        """P44, G58: typing errors, initials, order of words, width, legal form."""
        names = {
            "鼓浪": "厦门鼓浪电子有限公司",
            "harbour": "Harbourline Trading Pty Ltd",
            "wide": "ＡＢＣ　Ｐａｃｋａｇｉｎｇ",
        }
        rows = {key: self._new_customers(1, "target") for key in names}
        for key, row in rows.items():
            row.partner_id.name = names[key]
        self.env.flush_all()
        cases = [
            ("鼓浪", "鼓浪"),
            ("鼓浪电子", "鼓浪"),
            ("xmgldz", "鼓浪"),
            ("XMGL", "鼓浪"),
            ("电子 厦门", "鼓浪"),
            ("trading harbourline", "harbour"),
            ("harborline", "harbour"),
            ("Harbuorline", "harbour"),
            ("harbour line", "harbour"),
            ("abc packaging", "wide"),
            ("ＰＡＣＫＡＧＩＮＧ", "wide"),
        ]
        for text, expected in cases:
            with self.subTest(text=text):
                found = (
                    self.env["crm.pool.customer"]
                    .with_user(self.agent_1)
                    .search([("quick_search", "ilike", text)])
                )
                self.assertIn(rows[expected], found)
                self.assertFalse(
                    found
                    & self.env["crm.pool.customer"].union(
                        *(row for key, row in rows.items() if key != expected)
                    )
                )

    def test_quick_box_hides_what_is_hidden(self):
        """P44: no letter of a private customer's name is told to others."""
        hidden = self._new_customers(1, "target", self.agent_3)
        hidden.partner_id.name = "Secret Paper Mill"
        found = (
            self.env["crm.pool.customer"]
            .with_user(self.agent_1)
            .search([("quick_search", "ilike", "Secret Paper")])
        )
        self.assertFalse(found)

    def test_operators_of_the_query(self):
        """P44: contains, comparisons, empty and their contraries, and, or."""
        first = self._customer(self.industries[0], "Xiamen")
        second = self._customer(self.industries[1], "")
        ids = Domain("id", "in", (first | second).ids)
        cases = [
            ([("city", "ilike", "xia")], first),
            ([("city", "not ilike", "xia")], second),
            ([("city", "=", False)], second),
            ([("city", "!=", False)], first),
            ([("name", ">=", first.name), ("name", "<=", first.name)], first),
            ([("name", "!=", first.name)], second),
            ([("name", ">", first.name)], second),
            ([("name", "<", second.name)], first),
            (
                ["|", ("city", "=", "Xiamen"), ("name", "=", second.name)],
                first | second,
            ),
        ]
        for domain, expected in cases:
            with self.subTest(domain=domain):
                found = self.env["crm.pool.customer"].with_user(self.agent_1)
                self.assertEqual(found.search(ids & Domain(domain)), expected)

    def test_pages_of_mine_are_those_of_core(self):
        """P42: page, order and number of one's own list are what core would give."""
        for number in range(7):
            self._customer(city=f"City {number % 3}", owner=self.agent_1)
        self._customer(city="City 0", owner=self.agent_2)
        customers = self.env["crm.pool.customer"].with_user(self.agent_1)
        cases = [
            # domain, offset, limit, count_limit
            ([("is_mine", "=", True)], 0, 3, 10),
            ([("is_mine", "=", True)], 3, 3, 10),
            ([("is_mine", "=", True)], 6, 3, 10),
            ([("is_mine", "=", True)], 9, 3, 10),
            ([("is_mine", "=", True)], 0, 3, 5),
            ([("is_mine", "=", True)], 3, 3, 5),
            ([("is_mine", "=", True)], 0, 80, None),
            ([("is_mine", "=", True), ("stage_code", "=", "deal")], 0, 3, 10),
            (["|", ("is_mine", "=", True), ("owner_id", "=", False)], 0, 3, 10),
            (["!", ("is_mine", "=", True)], 0, 3, 10),
        ]
        for domain, offset, limit, count_limit in cases:
            for order in ("name, id", "next_visit_date desc, id desc"):
                with self.subTest(domain=domain, offset=offset, limit=limit):
                    words = (domain, {"name": {}}, offset, limit, order, count_limit)
                    expected = Base.web_search_read(customers, *words)
                    if expected["records"]:  # of an empty page core tells no length
                        self.assertEqual(customers.web_search_read(*words), expected)
