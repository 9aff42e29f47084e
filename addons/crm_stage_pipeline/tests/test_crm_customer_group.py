from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import MODULE, PoolCase


@tagged("post_install", "-at_install")
class TestCrmCustomerGroup(PoolCase):
    """G21: customers, prospects, suppliers; G16: the profile of a person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bought = cls._new_customers(1, "deal", cls.agent_1)
        cls.may_buy = cls._new_customers(1, "target", cls.agent_1)
        cls.archive = cls._new_customers(1, "target", cls.agent_1)
        cls.archive._write_pool({"stage_id": False})
        cls.seller_partner = cls.env["res.partner"].create(
            {"name": "Paper Mill", "is_company": True, "supplier_rank": 1}
        )

    def _group(self, code):
        return self.env.ref(f"{MODULE}.crm_customer_group_{code}")

    def _found(self, code, user):
        action = self._group(code).with_user(user).action_open()
        model = self.env[action["res_model"]].with_user(user)
        found = model.search(safe_eval(action["domain"]))
        return found if code == "supplier" else found.partner_id

    def test_who_belongs_to_which_group(self):
        """G21: every customer of the pool is in one group, suppliers beside them."""
        customers = self._found("customer", self.agent_1)
        prospects = self._found("prospect", self.agent_1)
        self.assertIn(self.bought.partner_id, customers)
        self.assertFalse(customers & prospects)
        self.assertLessEqual((self.may_buy | self.archive).partner_id, prospects)
        self.assertIn(self.seller_partner, self._found("supplier", self.manager))

    def test_each_group_has_its_columns(self):
        """G21: the lists of the groups show other columns."""
        shown = {}
        for code in ("customer", "prospect", "supplier"):
            action = self._group(code).action_open()
            view = self.env["ir.ui.view"].browse(action["view_id"][0])
            shown[code] = view.get_combined_arch()
        self.assertEqual(len(set(shown.values())), 3)

    def test_description(self):
        """G21: managers describe a group, agents read it."""
        group = self._group("prospect")
        group.with_user(self.manager).description = "Call them twice."
        mine = group.with_user(self.agent_1)
        self.assertEqual(mine.description, "Call them twice.")
        with self.assertRaises(AccessError):
            mine.description = "Nothing"
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env["crm.customer.group"].create({"name": "Again", "code": "prospect"})

    def test_every_column_groups_the_list(self):
        """G21: the pool's list groups by each of its stored columns in one click."""
        arch = self.env["crm.pool.customer"].get_view(view_type="search")["arch"]
        for name in (
            "stage_id",
            "owner_id",
            "access",
            "grade_id",
            "type_id",
            "status_id",
            "credit_rating_id",
            "source_id",
            "team_id",
            "contact_mark",
            "track_mark",
            "last_contact_at",
            "next_visit_date",
            "registered_on",
            "pool_id",
        ):
            with self.subTest(field=name):
                self.assertRegex(arch, rf"group_by': ?'{name}(:\w+)?'")

    def _new_person(self):
        return self.env["res.partner"].create(
            {"name": "Lin Xue", "parent_id": self.bought.partner_id.id}
        )

    def test_profile_of_a_person(self):
        """G16: the owner fills the profile; it is searched and grouped by."""
        product = self.env["product.template"].create({"name": "Desk"})
        person = self._new_person().with_user(self.agent_1)
        person.write(
            {
                "marital": "married",
                "education": "master",
                "income_band": "upper",
                "household_size": 3,
                "interest_product_ids": [(6, 0, product.ids)],
                "competing_products": "Oakline",
                "needs": "A quiet chair",
                "buying_habits": "Buys in spring",
                "position_ids": [
                    (0, 0, {"function": "Buyer", "employer": "Old Mill"}),
                ],
            }
        )
        for domain in (
            [("income_band", "=", "upper")],
            [("interest_product_ids", "=", product.id)],
            [("needs", "ilike", "chair")],
            [("position_ids.employer", "ilike", "old mill")],
            [("household_size", ">=", 3)],
        ):
            with self.subTest(domain=domain):
                self.assertIn(person, person.search(domain))
        arch = person.get_view(view_type="form")["arch"]
        for name in ("marital", "interest_product_ids", "position_ids"):
            self.assertIn(f'name="{name}"', arch)

    def test_profile_is_seen_with_its_person(self):
        """G16: positions of a hidden person are hidden; dates are in order."""
        person = self._new_person()
        positions = self.env["crm.contact.position"]
        position = positions.create({"partner_id": person.id, "function": "Buyer"})
        self.env.flush_all()
        self.assertTrue(position.with_user(self.agent_1).has_access("write"))
        self.assertFalse(position.with_user(self.agent_2).has_access("read"))
        self.assertFalse(
            positions.with_user(self.agent_2).search([("partner_id", "=", person.id)])
        )
        with self.assertRaises(ValidationError):
            position.write({"date_from": "2024-05-01", "date_to": "2024-04-30"})

    def test_profile_goes_with_the_person(self):
        """G16: what is known of a person is deleted with it."""
        person = self._new_person()
        position = self.env["crm.contact.position"].create(
            {"partner_id": person.id, "function": "Buyer"}
        )
        person.unlink()
        self.assertFalse(position.exists())
