from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmCustomerKey(PoolCase):
    """P47, C2: no two customers of a company with the same name or number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")
        cls.first = cls._new_customer("临江纸业有限公司", phone="13490001001")

    @classmethod
    def _new_customer(cls, name, owner=None, phone=False, user=None, **vals):
        partner = cls.env["res.partner"].create(
            {"name": name, "is_company": True, "phone": phone}
        )
        model = cls.env["crm.pool.customer"]
        if user:
            model = model.with_user(user)
        return model.create(
            {
                "partner_id": partner.id,
                "stage_id": cls._stage("target").id,
                "owner_id": owner.id if owner else False,
                **vals,
            }
        )

    def _keys(self, customer):
        rows = self.env["crm.customer.key"].search([("customer_id", "=", customer.id)])
        return {(row.kind, row.key, row.enforced) for row in rows}

    def test_keys_of_name_and_numbers(self):
        self.assertEqual(
            self._keys(self.first),
            {("name", "临江纸业", True), ("phone", "+8613490001001", False)},
        )
        partner = self.first.partner_id
        partner.write(
            {"name": "临江文具", "mobile": "13490001002", "fax": "13490001003"}
        )
        self.assertEqual(
            self._keys(self.first),
            {
                ("name", "临江文具", True),
                ("phone", "+8613490001001", False),
                ("phone", "+8613490001002", False),
            },
        )
        partner.phone = False
        self.assertNotIn(
            "+8613490001001", {key for _kind, key, _e in self._keys(self.first)}
        )

    def test_same_name_refused_however_it_is_written(self):
        for name in ("临江纸业", "临江纸业 有限责任公司", "临江纸业（股份有限公司）"):
            with self.subTest(name=name), self.assertRaises(ValidationError):
                self._new_customer(name)
        self._new_customer("临江纸业上海分公司")

    def test_rename_into_a_duplicate_refused(self):
        other = self._new_customer("溪口文具")
        with self.assertRaises(ValidationError):
            other.partner_id.name = "临江纸业"

    def test_database_refuses_where_python_does_not_look(self):
        """The index itself, as two transactions would meet it."""
        other = self._new_customer("溪口文具")
        self.env.flush_all()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.env.cr.execute(
                "UPDATE crm_customer_key SET key = '临江纸业'"
                " WHERE customer_id = %s AND kind = 'name'",
                [other.id],
            )

    def test_message_names_no_private_customer(self):
        private = self._new_customer("云杉家具", owner=self.agent_1)
        with self.assertRaises(ValidationError) as caught:
            self._new_customer("云杉家具公司", owner=self.agent_3, user=self.agent_3)
        message = str(caught.exception)
        self.assertNotIn("云杉", message)
        self.assertNotIn(self.agent_1.name, message)
        with self.assertRaises(ValidationError) as caught:
            self._new_customer("云杉家具公司", owner=self.agent_1, user=self.agent_1)
        self.assertIn(private.partner_id.name, str(caught.exception))

    def test_other_company_may_have_the_same(self):
        company = self.env["res.company"].create({"name": "Second"})
        self._new_customer("临江纸业", company_id=company.id)

    def test_archived_customers_do_not_count(self):
        self.first.action_archive()
        self.assertFalse(any(e for _k, _key, e in self._keys(self.first)))
        second = self._new_customer("临江纸业")
        with self.assertRaises(ValidationError):
            self.first.action_unarchive()
        second.action_archive()
        self.first.action_unarchive()
        self.assertIn(("name", "临江纸业", True), self._keys(self.first))

    def test_allowed_by_right(self):
        with self.assertRaises(AccessError):
            self._new_customer(
                "临江纸业",
                owner=self.agent_1,
                user=self.agent_1,
                same_name_allowed=True,
            )
        twin = self._new_customer(
            "临江纸业",
            owner=self.manager,
            user=self.manager,
            same_name_allowed=True,
        )
        self.assertIn(("name", "临江纸业", False), self._keys(twin))
        with self.assertRaises(AccessError):
            self.first.with_user(self.agent_1).same_name_allowed = True
        with self.assertRaises(ValidationError):
            twin.same_name_allowed = False

    def test_order_of_a_duplicate_contact_goes_through(self):
        partner = self.env["res.partner"].create({"name": "临江纸业"})
        order = self.env["sale.order"].create({"partner_id": partner.id})
        row = self.env["crm.pool.customer"].search([("partner_id", "=", partner.id)])
        self.assertEqual(order.partner_id, row.partner_id)
        self.assertTrue(row.same_name_allowed)

    def test_policy_of_numbers(self):
        twin = self._new_customer("溪口文具", phone="134-9000-1001")
        with self.assertRaises(ValidationError) as caught:
            self.policy.phone_duplicates = "block"
        self.assertIn("+8613490001001", str(caught.exception))
        twin.partner_id.phone = False
        self.policy.phone_duplicates = "block"
        self.assertIn(("phone", "+8613490001001", True), self._keys(self.first))
        with self.assertRaises(ValidationError):
            twin.partner_id.mobile = "+86 13490001001"
        self.policy.phone_duplicates = "warn"
        twin.partner_id.mobile = "+86 13490001001"

    def test_policy_of_names(self):
        self.policy.name_duplicates = "warn"
        twin = self._new_customer("临江纸业")
        with self.assertRaises(ValidationError):
            self.policy.name_duplicates = "block"
        twin.same_name_allowed = True
        self.policy.name_duplicates = "block"
        self.assertIn(("name", "临江纸业", True), self._keys(self.first))
        self.assertIn(("name", "临江纸业", False), self._keys(twin))
