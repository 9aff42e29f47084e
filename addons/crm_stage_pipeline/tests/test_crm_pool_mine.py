import random

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import PoolCase

MINE = [("is_mine", "=", True)]


@tagged("post_install", "-at_install")
class TestCrmPoolMine(PoolCase):
    """P21, P42: one's own customers, which are searched in an index of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        chance = random.Random(42)
        users = [cls.agent_1, cls.agent_2, cls.agent_3, None]
        cls.rows = cls.env["crm.pool.customer"]
        for stage in ("reserve", "target", "potential", "deal"):
            for owner in users:
                cls.rows |= cls._new_customers(3, stage, owner)
        for row in cls.rows.filtered("owner_id"):
            for user in chance.sample(users[:3], chance.randint(0, 2)):
                if user != row.owner_id:
                    is_readonly = chance.random() < 0.5
                    row.with_user(row.owner_id).action_share(user.id, is_readonly)
            row._write_pool(
                {"next_visit_date": f"2026-03-{chance.randint(1, 28):02} 02:00:00"}
            )
        # whose opportunity it is sees the customer, but it is not his
        cls.env["crm.lead"].create(
            {
                "name": "Chance",
                "type": "opportunity",
                "partner_id": cls.rows.filtered(
                    lambda row: row.owner_id == cls.agent_2
                )[0].partner_id.id,
                "user_id": cls.agent_1.id,
            }
        )
        cls.env.flush_all()

    def _expected(self, user):
        return self.rows.filtered(
            lambda row: (
                user == row.owner_id
                or user
                in row.access_ids.filtered(lambda a: a.kind == "collaborator").user_id
            )
        )

    def _model(self, user):
        return self.env["crm.pool.customer"].with_user(user)

    def test_search_is_the_predicate(self):
        """For random data and every person; groups, counts and pages agree."""
        for user in (self.agent_1, self.agent_2, self.agent_3, self.leader):
            model, expected = self._model(user), self._expected(user)
            for order in ("name, id", "next_visit_date desc, id", "owner_id, id"):
                with self.subTest(user=user.login, order=order):
                    found = model.search(MINE, order=order)
                    self.assertEqual(set(found.ids), set(expected.ids))
                    both = self.rows.with_user(user).search(
                        [("id", "in", expected.ids)], order=order
                    )
                    self.assertEqual(found.ids, both.ids)
                    pages = [
                        model.search(MINE, offset=offset, limit=5, order=order).ids
                        for offset in range(0, len(found) + 5, 5)
                    ]
                    self.assertEqual(sum(pages, []), found.ids)
            self.assertEqual(model.search_count(MINE), len(expected))
            self.assertEqual(model.search_count(MINE, limit=4), min(4, len(expected)))
            self.assertEqual(
                {
                    stage.code: count
                    for stage, count in model._read_group(
                        MINE, ["stage_id"], ["__count"]
                    )
                },
                {
                    stage.code: len(rows)
                    for stage, rows in expected.grouped("stage_id").items()
                },
            )

    def test_with_another_condition(self):
        """As the lists ask: of one stage, by the contact's name, archived ones too."""
        expected = self._expected(self.agent_1)
        model = self._model(self.agent_1)
        deals = model.search([*MINE, ("stage_id.code", "=", "deal")])
        self.assertEqual(
            set(deals.ids),
            set(expected.filtered(lambda row: row.stage_code == "deal").ids),
        )
        name = expected[0].name
        found = model.search([*MINE, ("partner_id.name", "=", name)])
        self.assertEqual(found.ids, expected[0].ids)
        either = model.search(["|", *MINE, ("stage_code", "=", "deal")], limit=3)
        self.assertEqual(len(either), 3)
        gone = expected.filtered(lambda row: row.owner_id == self.agent_1)[0]
        gone.active = False
        self.assertNotIn(gone, model.search(MINE))
        self.assertIn(gone, model.with_context(active_test=False).search(MINE))

    def test_what_is_not_stored_yet(self):
        """An owner that is written in this transaction counts."""
        row = self.rows.filtered(lambda row: not row.owner_id)[0]
        row._set_owner(self.agent_1)
        self.assertIn(row, self._model(self.agent_1).search(MINE))

    def test_of_another_company(self):
        """Only customers of the companies that are open."""
        company = self.env["res.company"].create({"name": "Branch"})
        self.agent_1.company_ids = [Command.link(company.id)]
        partner = self.env["res.partner"].create({"name": "Branch Works"})
        row = self.rows.create(
            {
                "partner_id": partner.id,
                "company_id": company.id,
                "owner_id": self.agent_1.id,
            }
        )
        home = self.company.id
        model = self._model(self.agent_1).with_context(allowed_company_ids=[home])
        self.assertNotIn(row, model.search(MINE))
        wider = model.with_context(allowed_company_ids=[home, company.id])
        self.assertIn(row, wider.search(MINE))

    def test_a_rule_of_another_module_hides_ones_own(self):
        """The index gives way to the rules that are there."""
        model = self._model(self.agent_1)
        first = model.search(MINE, limit=1)
        self.assertTrue(model._sees_mine())
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id("crm.pool.customer"),
                "domain_force": [("id", "!=", first.id)],
            }
        )
        self.assertFalse(model._sees_mine())
        self.assertNotIn(first, model.search(MINE))
        self.assertEqual(
            set(model.search(MINE).ids), set((self._expected(self.agent_1) - first).ids)
        )

    def test_who_has_no_access(self):
        """Neither rows nor counts for who may not read customers."""
        stranger = new_test_user(self.env, "pool_stranger")
        with self.assertRaises(AccessError):
            self._model(stranger).search(MINE)
