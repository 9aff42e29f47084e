from lxml import etree

from odoo.tests import tagged

from odoo.addons.crm_stage_pipeline.tests.common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolLoyalty(PoolCase):
    """P55: points by Odoo's loyalty programs; nothing of them where there is none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).active = False
        cls.mine, cls.theirs = cls._new_customers(2, "deal", cls.agent_1)
        cls.theirs.with_user(cls.manager).action_assign(cls.agent_2.id, "x")

    def _program(self, **vals):
        return self.env["loyalty.program"].create(
            {
                "name": "Points",
                "program_type": "loyalty",
                "company_id": self.company.id,
                **vals,
            }
        )

    def _card(self, program, partner, points):
        card = self.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": partner.id, "points": points}
        )
        self.env["loyalty.history"].create(
            {"card_id": card.id, "description": "Order", "issued": points}
        )
        return card

    def _arch(self, user, view_type):
        model = self.env["crm.pool.customer"].with_user(user)
        return model.get_view(view_type=view_type)["arch"]

    def test_P55_nothing_is_shown_without_a_program(self):
        """P55: neither field, filter, page nor menu; with a program all of them."""
        menu = self.env.ref("crm_stage_pipeline_loyalty.loyalty_card_menu")
        partner = self.mine.partner_id.with_user(self.agent_1)
        for is_on in (False, True):
            if is_on:
                self._program()
                self.env.invalidate_all()
            self.assertEqual(
                "loyalty_points" in self._arch(self.agent_1, "list"), is_on
            )
            shown = "filter_points" in self._arch(self.agent_1, "search")
            self.assertEqual(shown, is_on)
            self.assertEqual(partner.has_pool_points, is_on)
            hidden = self.env["ir.ui.menu"].with_user(self.agent_1)
            self.assertEqual(menu.id not in hidden._load_menus_blacklist(), is_on)

    def test_P55_of_the_customer_and_its_persons(self):
        """P55: added up; other kinds of programs and other companies do not count."""
        program = self._program()
        person = self.env["res.partner"].create(
            {"name": "Lin Yue", "parent_id": self.mine.partner_id.id}
        )
        self._card(program, self.mine.partner_id, 100)
        self._card(program, person, 20.5)
        gift = self._program(name="Gifts", program_type="gift_card")
        self._card(gift, self.mine.partner_id, 1000)
        branch = self.env["res.company"].create({"name": "Branch Works"})
        other = self._program(name="Theirs", company_id=branch.id)
        self._card(other, self.mine.partner_id, 5000)
        mine = self.mine.with_user(self.agent_1)
        self.assertEqual(mine.loyalty_points, 120.5)
        partner = mine.partner_id
        self.assertEqual(partner.pool_points, 120.5)
        issued = partner.pool_points_history_ids.mapped("issued")
        self.assertEqual(sorted(issued), [20.5, 100])
        found = mine.search([("loyalty_points", ">", 120)])
        self.assertEqual(found, mine)
        self.assertFalse(mine.search([("loyalty_points", ">", 120.5)]))

    def test_P55_G56_on_the_customer_card(self):
        """P55, G56: balance, movements and all cards; nothing without a program."""
        view = self.env.ref("crm_stage_pipeline.crm_pool_customer_view_form_card")
        mine = self.mine.with_user(self.agent_1)

        def part():
            arch = mine.get_view(view.id, "form")["arch"]
            [place] = etree.fromstring(arch).xpath("//div[@name='part_points']")
            return [node.get("name") for node in place.xpath(".//field[@nolabel]")]

        self.assertFalse(part())
        card = self._card(self._program(), self.mine.partner_id, 100)
        self._card(self._program(name="Other"), self.theirs.partner_id, 7)
        self.assertEqual(part(), ["loyalty_history_ids"])
        self.assertEqual(mine.loyalty_history_ids.mapped("issued"), [100])
        action = mine.action_open_loyalty_cards()
        cards = self.env["loyalty.card"].with_user(self.agent_1)
        self.assertEqual(cards.search(action["domain"]), card)

    def test_P55_private_customers_stay_private(self):
        """P55: cards and history of other people's customers are hidden."""
        card = self._card(self._program(), self.theirs.partner_id, 10)
        for user, is_seen in (
            (self.agent_1, False),
            (self.agent_2, True),
            (self.manager, True),
        ):
            cards = self.env["loyalty.card"].with_user(user)
            self.assertEqual(bool(cards.search([("id", "=", card.id)])), is_seen)
            history = self.env["loyalty.history"].with_user(user)
            found = history.search([("card_id", "=", card.id)])
            self.assertEqual(bool(found), is_seen)

    def test_P55_points_go_with_a_merge(self):
        """P55: of two customers that are merged the points are added up."""
        program = self._program()
        second = self._new_customers(1, "deal", self.agent_1)
        self._card(program, self.mine.partner_id, 30)
        self._card(program, second.partner_id, 12)
        partners = self.mine.partner_id | second.partner_id
        self.env["base.partner.merge.automatic.wizard"].with_user(self.manager)._merge(
            partners.ids, self.mine.partner_id
        )
        left = (self.mine | second).exists()
        left.invalidate_recordset()
        self.assertEqual(left.loyalty_points, 42)
