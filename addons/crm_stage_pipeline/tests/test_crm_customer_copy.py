from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmCustomerCopy(PoolCase):
    """G59: a copied customer starts anew."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grade = cls.env["crm.customer.class"].create({"kind": "grade", "name": "A"})
        cls.customer = cls._new_customers(
            1, "potential", cls.agent_1, grade_id=cls.grade.id
        )
        cls.partner = cls.customer.partner_id
        cls.partner.write({"phone": "0592-5550199", "user_id": cls.agent_1.id})
        cls.env["crm.contact.record"].create(
            {"customer_id": cls.customer.id, "user_id": cls.agent_1.id, "note": "x"}
        )

    def _copied(self, **default):
        return self.partner.with_user(self.agent_1).copy(default)

    def test_copy_has_no_owner_and_no_history(self):
        """G59: no owner, marks, records; the stage of new customers; own number."""
        copied = self._copied()
        row = copied.sudo().own_pool_customer_id
        self.assertEqual((row.access, row.owner_id), ("shared", row.owner_id.browse()))
        self.assertEqual(row.stage_id, self.policy._entry_stage())
        self.assertEqual(row.contact_mark, "uncontacted")
        self.assertFalse(row.record_ids)
        self.assertFalse(row.claimed_at)
        self.assertFalse(row.last_contact_at)
        self.assertFalse(copied.user_id)
        self.assertEqual(row.log_ids.mapped("action"), ["enter"])
        self.assertNotEqual(row.customer_number, self.customer.customer_number)
        self.assertEqual(row.grade_id, self.grade)

    def test_copy_takes_nothing_of_the_original(self):
        """G59: owner, records and log of the copied customer stay as they are."""
        before = (
            self.customer.owner_id,
            self.customer.record_ids,
            self.customer.log_ids,
        )
        self._copied()
        self.env.invalidate_all()
        after = (
            self.customer.owner_id,
            self.customer.record_ids,
            self.customer.log_ids,
        )
        self.assertEqual(after, before)

    def test_copy_counts_for_no_quota(self):
        """G59: neither the quota nor the holding cap refuses a copy."""
        self._set_limit(0, "reserve", "target", "potential")
        self.policy.holding_cap = 1
        self._copied()
        self.assertFalse(
            self.env["crm.pool.quota"].search([("user_id", "=", self.agent_1.id)]).used
        )

    def test_copy_is_checked_for_duplicates(self):
        """G59: a copy with the customer's own name is refused."""
        with self.assertRaises(ValidationError):
            self._copied(name=self.partner.name)

    def test_copy_where_numbers_are_unique(self):
        """G59: where the policy refuses the same number, the copy has none."""
        self.assertTrue(self._copied().phone)
        self.policy.phone_duplicates = "block"
        self.assertFalse(self._copied(name="Second Branch").phone)

    def test_copy_of_rows(self):
        """G59: copying in the pool's lists copies the contact."""
        row = self.customer.with_user(self.agent_1).copy()
        self.assertNotEqual(row, self.customer)
        self.assertNotEqual(row.partner_id, self.partner)
        self.assertEqual(row.company_id, self.customer.company_id)

    def test_copy_of_a_person(self):
        """G59: a person's copy is a person of the same customer, in no pool itself."""
        person = self.env["res.partner"].create(
            {"name": "Lin", "parent_id": self.partner.id}
        )
        copied = person.with_user(self.agent_1).copy()
        self.assertEqual(copied.parent_id, self.partner)
        self.assertFalse(copied.sudo().own_pool_customer_id)
