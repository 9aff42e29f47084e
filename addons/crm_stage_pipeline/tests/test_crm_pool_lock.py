from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import MODULE, PoolCase

ALL = (
    "phone mobile fax industry_id website street street2 zip category_id "
    "pool_source_id profile contact_name contact_function city qq messenger"
).split()
TABLE = {
    "reserve": set(
        "phone mobile fax industry_id website street street2 zip category_id "
        "pool_source_id profile contact_name".split()
    ),
    "target": set(
        "city industry_id phone mobile fax qq messenger website contact_name "
        "contact_function".split()
    ),
    "potential": set(),
    "opportunity": set(),
    "deal": set(),
}
# contact persons and facts of the pool are always the owner's (C4)
FREE = {"contact_name", "contact_function", "pool_source_id"}


@tagged("post_install", "-at_install")
class TestCrmPoolLock(PoolCase):
    """P16, P17, C4, C15: what may be edited in which stage, and of shared customers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")
        cls.industry = cls.env["res.partner.industry"].create({"name": "Paper"})
        cls.tag = cls.env["res.partner.category"].create({"name": "Key"})
        cls.source = cls.env["utm.source"].create({"name": "Yellow Pages"})

    def _value(self, name):
        return {
            "industry_id": self.industry.id,
            "category_id": [(6, 0, self.tag.ids)],
            "pool_source_id": self.source.id,
            "website": "https://lock.example",
            "phone": "0571-90000001",
            "mobile": "13490003001",
            "fax": "0571-90000003",
        }.get(name, f"new {name}")

    def _try(self, partner, name):
        try:
            partner.write({name: self._value(name)})
        except AccessError:
            return False
        return True

    def test_shipped_table(self):
        """P16: the stages carry the table of 002."""
        for code, names in TABLE.items():
            stage = self.env.ref(f"{MODULE}.crm_pool_stage_{code}")
            with self.subTest(stage=code):
                self.assertEqual(stage._open_field_names(), names)

    def test_owner_edits_everything_by_default(self):
        """C4: the table is off until the company switches it on."""
        for code in TABLE:
            customer = self._new_customers(1, code, self.agent_1)
            partner = customer.partner_id.with_user(self.agent_1)
            for name in ALL:
                with self.subTest(stage=code, field=name):
                    self.assertTrue(self._try(partner, name))

    def test_table_switched_on(self):
        """P16: owner, leader and manager against the table, in every stage."""
        self.policy.restrict_fields = True
        for code, names in TABLE.items():
            for name in ALL:
                customer = self._new_customers(1, code, self.agent_1)
                partner = customer.partner_id
                expected = name in names | FREE
                with self.subTest(stage=code, field=name):
                    own = self._try(partner.with_user(self.agent_1), name)
                    self.assertEqual(own, expected)
                    led = self._try(partner.with_user(self.leader), name)
                    self.assertEqual(led, expected)
                    self.assertTrue(self._try(partner.with_user(self.manager), name))

    def test_archive_and_other_fields(self):
        """P16: in the archive nothing; the name in no stage; the system is exempt."""
        self.policy.restrict_fields = True
        customer = self._new_customers(1, "target", self.agent_1)
        partner = customer.partner_id.with_user(self.agent_1)
        self.assertFalse(self._try(partner, "name"))
        self.assertFalse(self._try(partner, "vat"))
        customer.with_user(self.agent_1).action_demote()
        self.assertFalse(customer.stage_id)
        self.assertFalse(self._try(partner, "phone"))
        self.assertTrue(self._try(partner.sudo(), "phone"))
        # what does not change is no change: clients may send it
        partner.write({"name": partner.name, "phone": partner.phone, "city": False})

    def test_contacts_and_facts_are_the_owners(self):
        """C4: contact persons and pool facts are edited in every stage."""
        self.policy.restrict_fields = True
        customer = self._new_customers(1, "deal", self.agent_1)
        partner = customer.partner_id.with_user(self.agent_1)
        partner.write(
            {"child_ids": [(0, 0, {"name": "Li", "is_primary_contact": True})]}
        )
        partner.child_ids.write({"phone": "0571-90000001", "birthday": "1990-01-01"})
        grade = self.env["crm.customer.class"].search([("kind", "=", "grade")], limit=1)
        partner.write(
            {"pool_grade_id": grade.id, "pool_next_visit_date": "2030-01-01 08:00:00"}
        )
        self.assertEqual(customer.grade_id, grade)

    def test_number_rows_obey(self):
        """P16: the rows of the numbers are the fields they stand for."""
        self.policy.restrict_fields = True
        customer = self._new_customers(1, "target", self.agent_1)
        numbers = self.env["crm.phone.number"].with_user(self.agent_1)
        partner_id = customer.partner_id.id
        for kind in ("mobile", "fax", "phone"):
            numbers.create(
                {"partner_id": partner_id, "kind": kind, "number": "057190000001"}
            )
        for kind in ("home", "finance", "other"):
            with self.subTest(kind=kind), self.assertRaises(AccessError):
                numbers.create(
                    {"partner_id": partner_id, "kind": kind, "number": "057190000002"}
                )

    def test_import_obeys(self):
        """P16: core's import writes by the same rule."""
        self.policy.restrict_fields = True
        customer = self._new_customers(1, "target", self.agent_1)
        partner = customer.partner_id
        self.env["ir.model.data"].create(
            {
                "module": "__import__",
                "name": "lock_customer",
                "model": "res.partner",
                "res_id": partner.id,
            }
        )
        load = self.env["res.partner"].with_user(self.agent_1).load
        good = load(["id", "city"], [["__import__.lock_customer", "Xiamen"]])
        self.assertTrue(good["ids"], good["messages"])
        bad = load(["id", "vat"], [["__import__.lock_customer", "1234"]])
        self.assertFalse(bad["ids"])
        self.assertEqual((partner.city, partner.vat), ("Xiamen", False))

    def test_form_shows_it_read_only(self):
        """P16: the form makes locked fields read-only and says why."""
        self.policy.restrict_fields = True
        customer = self._new_customers(1, "target", self.agent_1)
        partner = customer.partner_id.with_user(self.agent_1)
        self.assertIn("Phone", partner.pool_lock_reason)
        with Form(partner, view="base.view_partner_form") as form:
            form.city = "Xiamen"
            form.mobile = "13490003001"
            for name in ("street", "zip", "vat", "profile"):
                with self.subTest(field=name), self.assertRaises(AssertionError):
                    setattr(form, name, "X")
        self.assertEqual(partner.city, "Xiamen")

    def test_shared_customer_is_read_only(self):
        """P17: for who has not the right; persons and records can be added."""
        customer = self._new_customers(1)
        person = self.env["res.partner"].create(
            {"name": "Li", "parent_id": customer.partner_id.id}
        )
        partner = customer.partner_id.with_user(self.agent_1)
        for name in ("name", *ALL):
            with self.subTest(field=name):
                self.assertFalse(self._try(partner, name))
        self.assertFalse(self._try(person.with_user(self.agent_1), "department"))
        with self.assertRaises(AccessError):
            self.env["crm.phone.number"].with_user(self.agent_1).create(
                {"partner_id": partner.id, "kind": "mobile", "number": "13490003001"}
            )
        partner.write({"child_ids": [(0, 0, {"name": "Zhang"})]})
        record = (
            self.env["crm.contact.record"]
            .with_user(self.agent_1)
            .create(
                {"customer_id": customer.id, "next_visit_date": "2030-01-01 08:00:00"}
            )
        )
        self.assertEqual(customer.next_visit_date, record.next_visit_date)
        self.assertTrue(partner.pool_lock_reason)
        with Form(partner, view="base.view_partner_form") as form:
            for name in ("city", "street", "pool_grade_id"):
                with self.subTest(form=name), self.assertRaises(AssertionError):
                    setattr(form, name, "X")

    def test_right_to_edit_shared_customers(self):
        """P17: the right of a role; leaders and managers have it."""
        for user in (self.leader, self.manager):
            customer = self._new_customers(1)
            self.assertTrue(self._try(customer.partner_id.with_user(user), "city"))
        customer = self._new_customers(1)
        self.agent_1.group_ids += self.env.ref(f"{MODULE}.{MODULE}_group_edit_shared")
        partner = customer.partner_id.with_user(self.agent_1)
        for name in ALL:
            with self.subTest(field=name):
                self.assertTrue(self._try(partner, name))
        self.assertFalse(partner.pool_lock_reason)

    def test_policy_of_two_companies(self):
        """P16, P58: each company switches for itself."""
        self.policy.restrict_fields = True
        other = self.env["res.company"].create({"name": "Second"})
        self.agent_1.company_ids += other
        partner = self.env["res.partner"].create({"name": "Both", "is_company": True})
        self.env["crm.pool.customer"].create(
            {
                "partner_id": partner.id,
                "company_id": other.id,
                "owner_id": self.agent_1.id,
                "stage_id": self._stage("deal").id,
            }
        )
        mine = partner.with_user(self.agent_1)
        there = mine.with_context(allowed_company_ids=[other.id])
        self.assertTrue(self._try(there, "city"))
        self.env["crm.pool.policy"]._policy_for(other).restrict_fields = True
        self.assertFalse(self._try(there, "street"))

    def test_people_without_a_role_are_not_bound(self):
        """P17: sales and accounting people outside the pool edit as in core."""
        customer = self._new_customers(1)
        self.seller.group_ids += self.env.ref("base.group_partner_manager")
        self.assertTrue(self._try(customer.partner_id.with_user(self.seller), "city"))
