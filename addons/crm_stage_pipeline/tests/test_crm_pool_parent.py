from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolParent(PoolCase):
    """P53, C9: customers whose company changes."""

    def _rows(self, partner):
        self.env.invalidate_all()
        return self.env["crm.pool.customer"].search([("partner_id", "=", partner.id)])

    def test_partner_becomes_a_contact(self):
        """P53: the row of a partner goes to its new company."""
        row = self._new_customers(1, "potential", self.agent_1)
        partner = row.partner_id
        holding = self.env["res.partner"].create(
            {"name": "Holding", "is_company": True}
        )
        partner.with_user(self.agent_1).write(
            {"is_company": False, "parent_id": holding.id}
        )
        self.assertEqual(self._rows(holding), row)
        self.assertEqual(row.owner_id, self.agent_1)
        self.assertEqual(row.name, "Holding")
        self.assertFalse(partner.with_user(self.agent_2).has_access("read"))

    def test_contact_of_another_customer(self):
        """P53: two rows become one; of different owners only by a manager."""
        mine = self._new_customers(1, "potential", self.agent_1)
        shared = self._new_customers(1)
        his = self._new_customers(1, "target", self.agent_2)
        his.with_user(self.agent_2).action_share(self.agent_1.id)
        partner, company = mine.partner_id, shared.partner_id
        change = {"is_company": False, "parent_id": his.partner_id.id}
        with self.assertRaises(UserError):
            partner.with_user(self.agent_1).write(change)
        self.env.invalidate_all()
        partner.with_user(self.agent_1).write(
            {"is_company": False, "parent_id": company.id}
        )
        row = self._rows(company)
        self.assertEqual((row, row.owner_id), (mine, self.agent_1))
        self.assertFalse(shared.exists())

    def test_contact_leaves(self):
        """P20, P53: a person who leaves a private customer stays private."""
        row = self._new_customers(1, "potential", self.agent_1)
        contact = self.env["res.partner"].create(
            {"name": "Lin Xue", "parent_id": row.partner_id.id}
        )
        contact.with_user(self.agent_1).parent_id = False
        begun = self._rows(contact)
        self.assertEqual(begun.owner_id, self.agent_1)
        self.assertEqual(begun.stage_code, "potential")
        self.assertFalse(contact.with_user(self.agent_2).has_access("read"))
        self.assertEqual(self._rows(row.partner_id), row)
        child = self.env["res.partner"].create(
            {"name": "Plant 2", "parent_id": row.partner_id.id}
        )
        child.is_company = True
        self.assertEqual(self._rows(child).owner_id, self.agent_1)

    def test_child_company_of_its_own(self):
        """C9: a child company keeps its row when its parent changes."""
        parent, child = self._new_customers(2, "target", self.agent_1)
        child.partner_id.parent_id = parent.partner_id
        self.assertEqual(self._rows(child.partner_id), child)
        self.assertEqual(self._rows(parent.partner_id), parent)
        person = self.env["res.partner"].create(
            {"name": "Wu", "parent_id": child.partner_id.id}
        )
        self.assertEqual(person.pool_customer_id, child)

    def test_hidden_parent(self):
        """P20, P53: no contact below a customer that the user does not see."""
        hidden = self._new_customers(1, "target", self.agent_1).partner_id
        hidden.street = "1 Egret Road"
        model = self.env["res.partner"].with_user(self.agent_2)
        own = self._new_customers(1, "target", self.agent_2).partner_id
        for operation in (
            lambda: model.create({"name": "x", "parent_id": hidden.id}),
            lambda: own.with_user(self.agent_2).write({"parent_id": hidden.id}),
            lambda: model.onchange(
                {"parent_id": hidden.id},
                ["parent_id"],
                {"parent_id": {}, "street": {}, "phone": {}},
            ),
        ):
            with self.assertRaises(AccessError):
                operation()

    def test_archiving(self):
        """Archiving a partner archives its rows, logged; the last row its partner."""
        row = self._new_customers(1, "target", self.agent_1)
        partner = row.partner_id
        partner.active = False
        self.assertFalse(row.active)
        self.assertIn("archive", row.log_ids.mapped("action"))
        row = self._new_customers(1, "target", self.agent_1)
        row.with_user(self.agent_1).action_archive()
        self.assertFalse(row.partner_id.active)

    def test_switched_company(self):
        """Bad input: the session's company changed between the list and the claim."""
        other = self.env["res.company"].create({"name": "Other Works"})
        self.agent_1.company_ids |= other
        here = self._new_customers(2)
        there = self.env["crm.pool.customer"].create(
            {
                "partner_id": self._new_customers(1).partner_id.id,
                "company_id": other.id,
                "owner_id": False,
                "stage_id": self.env["crm.pool.stage"]._stage_for("target", other).id,
            }
        )
        opened = (here | there).with_user(self.agent_1)
        both = opened.with_context(allowed_company_ids=[other.id, self.company.id])
        self.assertCodes(both.action_claim(), ["not_allowed", "not_allowed", "claimed"])
        self.assertFalse(here.owner_id)
        only = here.with_user(self.agent_1).with_context(allowed_company_ids=other.ids)
        results = only.action_claim()
        self.assertTrue({r["code"] for r in results} <= {"not_found", "not_allowed"})
        self.assertFalse(here.owner_id)
        self.assertEqual(there.owner_id, self.agent_1)
        counters = self.env["crm.pool.quota"].search(
            [("user_id", "=", self.agent_1.id), ("used", ">", 0)]
        )
        self.assertEqual(counters.mapped("company_id"), other)
        drawn = both.action_claim_random(5, [], "target")
        companies = (
            self.env["crm.pool.customer"]
            .browse(r["customer_id"] for r in drawn if r["code"] == "claimed")
            .company_id
        )
        self.assertLessEqual(companies, other)
