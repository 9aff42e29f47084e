from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolTerritory(PoolCase):
    """P59: customers by any field to person, team or pool, with preview."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.territories = cls.env["crm.pool.territory"].with_user(cls.manager)
        cls.runs = cls.env["crm.pool.distribution"].with_user(cls.manager)
        cls.customers = cls._new_customers(12)
        cls.customers[:8].partner_id.city = "Xiamen"
        cls.customers[4:].partner_id.phone = "0592-5550100"

    def _territory(self, name, domain, **vals):
        return self.territories.create({"name": name, "domain": str(domain), **vals})

    def _by_city(self, **vals):
        return self._territory("Xiamen", [("city", "=", "Xiamen")], **vals)

    def _preview(self, territories, **vals):
        run = self.runs.create({"territory_ids": territories.ids, **vals})
        run.action_preview()
        return run

    def test_preview_then_apply(self):
        """P59: how many, which, who gets how many; nothing changes before."""
        territory = self._by_city(target="team", team_id=self.team.id)
        run = self._preview(territory)
        self.assertEqual(run.line_count, 8)
        self.assertEqual(run.line_ids.customer_id, self.customers[:8])
        shares = run.line_ids.grouped("user_id")
        counts = {user.name: len(lines) for user, lines in shares.items()}
        self.assertEqual(counts, {"agent_1": 4, "agent_2": 4})
        self.assertIn("agent_1", run.share_text)
        self.assertFalse(self.customers.owner_id)
        run.action_apply()
        self.assertEqual((run.state, run.done_count), ("done", 8))
        for line in run.line_ids:
            self.assertEqual(line.customer_id.owner_id, line.user_id)
            self.assertTrue(line.message)
            log = line.customer_id.log_ids[0]
            self.assertEqual((log.action, log.reason), ("assign", "Xiamen"))
        with self.assertRaises(UserError):
            run.action_preview()

    def test_overlap_goes_by_sequence(self):
        """P59: a customer of two territories goes to the first one."""
        late = self._territory(
            "Numbers",
            [("phone", "=like", "0592%")],
            user_id=self.agent_2.id,
            sequence=9,
        )
        first = self._by_city(user_id=self.agent_1.id, sequence=1)
        run = self._preview(late | first)
        run.action_apply()
        owners = self.customers.mapped("owner_id.login")
        self.assertEqual(set(owners), {"pool_agent_1", "pool_agent_2"})
        self.assertEqual(self.customers[:8].owner_id, self.agent_1)
        self.assertEqual(self.customers[8:].owner_id, self.agent_2)

    def test_holding_cap_row_by_row(self):
        """P59, P30: the cap holds; every row above it says so."""
        self.policy.holding_cap = 3
        run = self._preview(self._by_city(user_id=self.agent_1.id))
        run.action_apply()
        self.assertEqual((run.done_count, run.refused_count), (3, 5))
        self.assertEqual(len(self.customers.filtered("owner_id")), 3)
        refused = run.line_ids.filtered(lambda line: line.state == "refused")
        self.assertTrue(all(refused.mapped("message")))

    def test_batches_go_on_where_they_stopped(self):
        """P59: a run that was broken off hands over only what waits."""
        run = self._preview(self._by_city(user_id=self.agent_1.id))
        run.state = "running"
        self.assertEqual(run._run_batch(3), 3)
        taken = self.customers[:8].filtered(lambda row: not row.owner_id)[0]
        taken.with_user(self.agent_2).action_claim()
        while run.state == "running":
            run._run_batch(3)
        self.assertEqual(len(run.line_ids.filtered(lambda x: x.state == "done")), 8)
        self.assertFalse(run._run_batch(3))

    def test_pool_as_target(self):
        """P59: a pool takes them shared, logged."""
        pool = self.env["crm.pool"].create({"name": "North", "sequence": 2000})
        run = self._preview(self._by_city(target="pool", pool_id=pool.id))
        self.assertEqual(run.line_count, 8)
        run.action_apply()
        self.assertEqual(self.customers[:8].pool_id, pool)
        self.assertEqual(self.customers[0].log_ids[0].action, "pool")
        self.assertFalse(self.customers.owner_id)
        self.assertEqual(self._preview(run.territory_ids).line_count, 0)

    def test_scope(self):
        """P59: owned customers only when asked for, and not from hand to hand."""
        self.customers[0].with_user(self.agent_3).action_claim()
        self.customers[1].with_user(self.agent_1).action_claim()
        territory = self._by_city(target="team", team_id=self.team.id)
        self.assertEqual(self._preview(territory).line_count, 6)
        run = self._preview(territory, scope="all")
        self.assertNotIn(self.customers[1], run.line_ids.customer_id)
        self.assertEqual(run.line_count, 7)
        self.assertEqual(self._preview(territory, stage_code="deal").line_count, 0)

    def test_entry_of_new_customers(self):
        """P59: shared new customers go by territory when the policy says so."""
        self._by_city(user_id=self.agent_1.id)
        values = {"name": "Newcomer", "is_company": True, "city": "Xiamen"}
        first, second, third = self.env["res.partner"].create([values] * 3)
        rows = self.env["crm.pool.customer"]
        allowed = {"same_name_allowed": True}
        row = rows.create({"partner_id": first.id, "owner_id": False, **allowed})
        self.assertFalse(row.owner_id)
        self.policy.use_territories = True
        row = rows.create({"partner_id": second.id, "owner_id": False, **allowed})
        self.assertEqual(row.owner_id, self.agent_1)
        self.assertEqual(row.log_ids[0].reason, "Xiamen")
        self.policy.holding_cap = 1
        row = rows.create({"partner_id": third.id, "owner_id": False, **allowed})
        self.assertEqual(row.access, "shared")

    def test_bad_input(self):
        """P59: a filter that cannot be read, a target that is missing or cannot own."""
        for vals in (
            {"domain": "[('nothing', '=', 1)]", "user_id": self.agent_1.id},
            {"domain": "__import__('os')", "user_id": self.agent_1.id},
            {"domain": "[(", "user_id": self.agent_1.id},
            {"target": "team"},
            {"target": "user", "user_id": self.seller.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                self.territories.create({"name": "Bad", **vals})

    def test_roles_and_companies(self):
        """P58, P59: agents do not plan; a territory takes its company's rows only."""
        territory = self._by_city(user_id=self.agent_1.id)
        for user in (self.agent_1, self.leader):
            with self.assertRaises(AccessError):
                self.runs.with_user(user).create({"territory_ids": territory.ids})
        other = self.env["res.company"].create({"name": "Second"})
        self.env["crm.pool.customer"].create(
            {
                "partner_id": self.customers[0].partner_id.id,
                "company_id": other.id,
                "owner_id": False,
            }
        )
        run = self._preview(territory)
        self.assertEqual(run.line_ids.customer_id.company_id, self.company)


@tagged("post_install", "-at_install")
class TestCrmPoolEnrolment(PoolCase):
    """Architecture (c): contacts that were there before enter by a wizard."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enrolments = cls.env["crm.pool.enrolment"].with_user(cls.manager)
        firms = [{"name": f"Old {n}", "is_company": True} for n in range(7)]
        cls.firms = cls.env["res.partner"].create(firms)
        cls.firms.city = "Enrol"
        cls.person = cls.env["res.partner"].create({"name": "Person", "city": "Enrol"})
        below = {"name": "Below", "parent_id": cls.firms[0].id, "city": "Enrol"}
        vendor = {"name": "Vendor", "city": "Enrol", "supplier_rank": 1}
        both = {**vendor, "name": "Both", "customer_rank": 1}
        cls.below, cls.vendor, cls.both = cls.env["res.partner"].create(
            [below, vendor, both]
        )
        (cls.company.partner_id | cls.agent_1.partner_id).city = "Enrol"

    def _new(self, **vals):
        return self.enrolments.create({"domain": "[('city', '=', 'Enrol')]", **vals})

    def _rows(self, partners):
        return self.env["crm.pool.customer"].search(
            [("partner_id", "in", partners.ids), ("company_id", "=", self.company.id)]
        )

    def test_who_enters(self):
        """Vendors, colleagues, companies and persons of a company stay outside."""
        run = self._new(stage_id=self._stage("target").id)
        expected = self.firms | self.person | self.both
        self.assertEqual(run.waiting_count, 9)
        self.assertEqual(run.preview_ids, expected.with_user(self.manager))
        run.action_run()
        self.assertEqual((run.state, run.done_count), ("done", 9))
        everybody = (
            expected
            | self.vendor
            | self.below
            | self.company.partner_id
            | self.agent_1.partner_id
        )
        rows = self._rows(everybody)
        self.assertEqual(rows.partner_id, expected)
        self.assertEqual(set(rows.mapped("stage_code")), {"target"})
        self.assertEqual(set(rows.mapped("access")), {"shared"})
        self.assertEqual(self._new().waiting_count, 0)

    def test_owner_up_to_the_cap(self):
        """Above the owner's cap customers become shared."""
        self.policy.holding_cap = 4
        self._new(owner_id=self.agent_1.id).action_run()
        rows = self._rows(self.firms | self.person | self.both)
        self.assertEqual(len(rows.filtered("owner_id")), 4)
        self.assertEqual(len(rows), 9)

    def test_resumed_and_repeated(self):
        """Broken off after a batch it goes on; contacts are entered once."""
        run = self._new()
        run.state = "running"
        self.assertEqual(run._run_batch(4), 4)
        run.action_stop()
        self.assertEqual(run._run_batch(4), 0)
        self.assertEqual(run.waiting_count, 5)
        run.action_run()
        self.assertEqual((run.state, run.done_count), ("done", 9))
        with self.assertRaises(UserError):
            run.action_run()

    def test_duplicates_are_told(self):
        """A contact with the name of a customer is refused, the others enter."""
        self.env["crm.pool.customer"].create(
            {
                "partner_id": self.env["res.partner"]
                .create({"name": "Old 3", "is_company": True})
                .id,
                "owner_id": False,
            }
        )
        run = self._new()
        run.action_run()
        self.assertEqual(run.line_ids.partner_id, self.firms[3])
        self.assertTrue(run.line_ids.message)
        self.assertEqual((run.done_count, run.refused_count), (8, 1))

    def test_bad_input_and_roles(self):
        for vals in (
            {"domain": "[('nothing', '=', 1)]"},
            {"domain": "[("},
            {"owner_id": self.seller.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                self._new(**vals)
        for user in (self.agent_1, self.leader):
            with self.assertRaises(AccessError):
                self.enrolments.with_user(user).create({})
        run = self._new()
        with self.assertRaises(AccessError):
            run.user_id = self.agent_1
