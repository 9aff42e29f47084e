from odoo.tests import tagged

from odoo.addons.crm_stage_pipeline.tests.right_case import RightCase


@tagged("post_install", "-at_install")
class TestCrmPoolDepartment(RightCase):
    """G18: own department, department and below, chosen departments.

    Sales (leader manages it, agent_3 works in it)
    └── South (agent_1)
        └── Harbour (agent_2)
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sales = cls.env["hr.department"].create({"name": "Sales"})
        cls.south = cls.sales.create({"name": "South", "parent_id": cls.sales.id})
        cls.harbour = cls.sales.create({"name": "Harbour", "parent_id": cls.south.id})
        cls.employees = {
            user: cls._employee(user, department)
            for user, department in (
                (cls.agent_3, cls.sales),
                (cls.agent_1, cls.south),
                (cls.agent_2, cls.harbour),
                (cls.leader, cls.sales.browse()),
            )
        }
        cls.sales.manager_id = cls.employees[cls.leader]
        cls.team.user_id = False

    @classmethod
    def _employee(cls, user, department):
        return cls.env["hr.employee"].create(
            {
                "name": user.name,
                "user_id": user.id,
                "company_id": cls.company.id,
                "department_id": department.id,
            }
        )

    def _sees(self, user):
        return self._whose(user, self.customers)

    def test_ranges(self):
        """G18: the three ranges, for customers, contacts, leads and orders."""
        table = {
            "department": {"agent_1"},
            "department_below": {"agent_1", "agent_2"},
            "departments": {"agent_1", "agent_3"},
        }
        page = self._role("South desk", self.agent_1)
        page.department_ids = self.sales
        for code, expected in table.items():
            self._set_ranges(
                page,
                **dict.fromkeys(("customer", "contact", "opportunity", "order"), code)
                | {"contact_assign": "none"},
            )
            for rows in (self.customers, self.contacts, self.leads, self.orders):
                with self.subTest(range=code, model=rows[self.agent_1]._name):
                    self.assertEqual(self._whose(self.agent_1, rows), expected)

    def test_head_of_department(self):
        """G18: a manager of a department has it, with all below, at any depth."""
        self._role("Head", self.leader, customer_see="department")
        self.assertEqual(self._sees(self.leader), {"leader", "agent_3"})
        self._role("Region", self.leader, customer_see="department_below")
        everybody = {user.name for user in self.people}
        self.assertEqual(self._sees(self.leader), everybody)

    def test_changes_take_effect(self):
        """G18: moving people and departments opens and closes at once."""
        self._role("Head", self.agent_1, customer_see="department_below")
        self.assertEqual(self._sees(self.agent_1), {"agent_1", "agent_2"})
        self.harbour.parent_id = self.sales
        self.assertEqual(self._sees(self.agent_1), {"agent_1"})
        self.employees[self.agent_3].department_id = self.south
        self.assertEqual(self._sees(self.agent_1), {"agent_1", "agent_3"})
        self.employees[self.agent_3].user_id = False
        self.assertEqual(self._sees(self.agent_1), {"agent_1"})
        self.sales.manager_id = self.employees[self.agent_1]
        everybody = {"agent_1", "agent_2"}
        self.assertEqual(self._sees(self.agent_1), everybody)

    def test_assign_within_the_department(self):
        """G18: customers are assigned among the people of the range."""
        self._role(
            "Head",
            self.leader,
            customer_see="department_below",
            customer_assign="department_below",
        )
        rows = self.customers[self.agent_2].with_user(self.leader)
        self.assertCodes(rows.action_assign(self.agent_1.id, "why"), ["assigned"])
        self.employees[self.agent_2].department_id = False
        self.assertCodes(rows.action_assign(self.agent_2.id, "why"), ["not_allowed"])

    def test_other_company(self):
        """G18: a department of another company opens nothing here."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        elsewhere = self.sales.create({"name": "There", "company_id": other.id})
        self.env["hr.employee"].create(
            {
                "name": "agent_2 there",
                "user_id": self.agent_2.id,
                "company_id": other.id,
                "department_id": elsewhere.id,
            }
        )
        page = self._role("Reach", self.agent_3, customer_see="departments")
        page.department_ids = elsewhere
        self.assertEqual(self._sees(self.agent_3), {"agent_3"})
