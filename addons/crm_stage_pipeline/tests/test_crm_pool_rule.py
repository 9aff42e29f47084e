from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolRule(PoolCase):
    """P20, P21, P22, P32: who sees which customer, by every door."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.private = cls._new_customers(1, "target", cls.agent_1)
        cls.collaborative = cls._new_customers(1, "target", cls.agent_1)
        cls.collaborative.with_user(cls.agent_1).action_share(cls.agent_3.id)
        cls.shared = cls._new_customers(1)
        cls.closed_pool = cls.env["crm.pool"].create(
            {
                "name": "Closed",
                "sequence": 1,
                "company_id": cls.company.id,
                "domain": "[('city', '=', 'Dalian')]",
                "user_ids": cls.agent_3.ids,
            }
        )
        cls.closed = cls._new_customers(1)
        cls.closed._write_pool({"pool_id": cls.closed_pool.id})
        cls.rows = cls.private | cls.collaborative | cls.shared | cls.closed
        cls.contact = cls.env["res.partner"].create(
            {
                "name": "Zhao Min",
                "parent_id": cls.private.partner_id.id,
                "phone": "0592 5551234",
            }
        )
        cls.plain = cls.env["res.partner"].create({"name": "In no pool"})
        cls.env.flush_all()

    def _users(self):
        return self.agent_1 | self.agent_2 | self.agent_3 | self.leader | self.manager

    def test_rows_by_role(self):
        """P20, P21, P22, P32: the matrix of rows, users and pools."""
        private, collaborative, shared, closed = self.rows
        matrix = {
            self.agent_1: private | collaborative | shared,
            self.agent_2: shared,
            self.agent_3: collaborative | shared | closed,
            self.leader: private | collaborative | shared,
            self.manager: self.rows,
        }
        for user, expected in matrix.items():
            with self.subTest(user=user.login):
                model = self.env["crm.pool.customer"].with_user(user)
                found = model.search([("id", "in", self.rows.ids)])
                self.assertEqual(found, model.browse(expected.sorted().ids))
                filtered = self.rows.with_user(user)._filtered_access("read")
                self.assertEqual(set(filtered.ids), set(expected.ids))

    def test_mine_by_role(self):
        """P21, P42: search and compute agree, collaborators included."""
        private, collaborative, _shared, _closed = self.rows
        nothing = self.rows.browse()
        matrix = {
            self.agent_1: private | collaborative,
            self.agent_2: nothing,
            self.agent_3: collaborative,
            self.manager: nothing,
        }
        for user, expected in matrix.items():
            with self.subTest(user=user.login):
                rows = self.rows.with_user(user)
                mine = [("is_mine", "=", True), ("id", "in", rows.ids)]
                self.assertEqual(set(rows.search(mine).ids), set(expected.ids))
                seen = rows._filtered_access("read").filtered("is_mine")
                self.assertEqual(set(seen.ids), set(expected.ids))

    def test_partners_by_role(self):
        """P20, P53: hidden with their contacts, by search and by read alike."""
        partners = self.rows.partner_id | self.contact | self.plain
        hidden = {
            self.agent_1: self.env["res.partner"],
            self.agent_2: (self.private | self.collaborative).partner_id | self.contact,
            self.agent_3: self.private.partner_id | self.contact,
            self.seller: (self.private | self.collaborative).partner_id | self.contact,
            self.leader: self.env["res.partner"],
            self.manager: self.env["res.partner"],
        }
        for user, gone in hidden.items():
            with self.subTest(user=user.login):
                model = self.env["res.partner"].with_user(user)
                found = model.search([("id", "in", partners.ids)])
                self.assertEqual(set(found.ids), set((partners - gone).ids))
                self.env.invalidate_all()
                readable = partners.with_user(user)._filtered_access("read")
                self.assertEqual(set(readable.ids), set((partners - gone).ids))
                names = dict(model.name_search("Zhao Min"))
                self.assertEqual(self.contact.id in names, self.contact not in gone)
                counted = model._read_group(
                    [("id", "in", partners.ids)], [], ["__count"]
                )
                self.assertEqual(counted[0][0], len(partners - gone))

    def test_colleagues_and_companies_stay_visible(self):
        """P20: users' own partners are seen by everybody."""
        for user in self._users():
            names = self.agent_1.partner_id.with_user(user)
            self.assertTrue(names.has_access("read"))

    def test_accountant_is_not_bound(self):
        """P20: other departments see partners as before."""
        self.seller.group_ids = [Command.set([self.env.ref("base.group_user").id])]
        self.assertTrue(self.private.partner_id.with_user(self.seller).name)

    def test_private_turns_visible_and_back(self):
        """P20: the cache of rules follows owner, pool and team."""
        partner = self.private.partner_id.with_user(self.agent_2)
        self.assertFalse(partner.has_access("read"))
        self.private.with_user(self.agent_1).action_release()
        self.assertTrue(partner.has_access("read"))
        self.private.with_user(self.agent_1).action_claim()
        self.assertFalse(partner.has_access("read"))
        self.assertFalse(self.closed.with_user(self.agent_2).has_access("read"))
        self.closed_pool.user_ids |= self.agent_2
        self.assertTrue(self.closed.with_user(self.agent_2).has_access("read"))
        self.closed_pool.write(
            {"user_ids": [Command.clear()], "team_ids": self.team.ids}
        )
        self.assertTrue(self.closed.with_user(self.agent_1).has_access("read"))
        self.team.member_ids -= self.agent_1
        self.assertFalse(self.closed.with_user(self.agent_1).has_access("read"))

    def test_other_company_shares_nothing(self):
        """P20: a private row of another company neither hides nor shows."""
        other = self.env["res.company"].create({"name": "Other Works"})
        (self.agent_1 | self.agent_2).company_ids |= other
        row = self.env["crm.pool.customer"].create(
            {
                "partner_id": self.shared.partner_id.id,
                "company_id": other.id,
                "owner_id": self.agent_1.id,
            }
        )
        here = self.shared.partner_id.with_user(self.agent_2)
        here = here.with_context(allowed_company_ids=self.company.ids)
        self.assertTrue(here.has_access("read"))
        there = here.with_context(allowed_company_ids=other.ids)
        self.assertFalse(there.has_access("read"))
        model = self.env["crm.pool.customer"].with_user(self.agent_1)
        model = model.with_context(allowed_company_ids=self.company.ids)
        self.assertNotIn(row.id, model.search([]).ids)

    def test_pool_customer_of_partner(self):
        """The computed row of a partner and its search agree."""
        partners = self.rows.partner_id | self.contact | self.plain
        for user in (self.agent_1, self.agent_2, self.manager):
            model = self.env["res.partner"].with_user(user)
            visible = model.search([("id", "in", partners.ids)])
            for domain in (
                [("pool_customer_id", "=", False)],
                [("pool_customer_id", "!=", False)],
                [("pool_customer_id", "=", self.shared.id)],
                [("pool_customer_id", "not in", self.shared.ids)],
                [("pool_customer_id.stage_code", "=", "target")],
                [("pool_customer_id.owner_id", "=", self.agent_1.id)],
                [("pool_customer_id", "ilike", "works")],
            ):
                with self.subTest(user=user.login, domain=domain):
                    found = model.search(
                        Domain("id", "in", visible.ids) & Domain(domain)
                    )
                    self.assertEqual(found, visible.filtered_domain(domain))
        self.assertEqual(self.contact.pool_customer_id, self.private)

    def test_leads_of_hidden_customers(self):
        """P12, P20: somebody else's opportunity on my private customer is hidden."""
        lead = self.env["crm.lead"].create(
            {
                "name": "Desks",
                "partner_id": self.private.partner_id.id,
                "type": "opportunity",
                "user_id": False,
            }
        )
        model = self.env["crm.lead"]
        self.assertIn(lead, model.with_user(self.agent_1).search([]))
        self.assertNotIn(lead, model.with_user(self.agent_2).search([]))
        self.assertFalse(lead.with_user(self.agent_2).has_access("read"))
        loose = model.create({"name": "Loose", "user_id": False})
        self.assertIn(loose, model.with_user(self.agent_2).search([]))

    def test_forged_partner_is_refused(self):
        """P20: a hidden partner's id gives nothing away, by create, write, onchange."""
        partner = self.private.partner_id
        lead_model = self.env["crm.lead"].with_user(self.agent_2)
        order_model = self.env["sale.order"].with_user(self.agent_2)
        lead = lead_model.create({"name": "Mine"})
        order = order_model.create({"partner_id": self.shared.partner_id.id})
        for operation in (
            lambda: lead_model.create({"name": "x", "partner_id": partner.id}),
            lambda: lead_model.create({"name": "x", "partner_id": self.contact.id}),
            lambda: lead.write({"partner_id": partner.id}),
            lambda: order_model.create({"partner_id": partner.id}),
            lambda: order.write({"partner_shipping_id": partner.id}),
            lambda: lead_model.onchange(
                {"partner_id": partner.id},
                ["partner_id"],
                {"partner_id": {}, "phone": {}, "email_from": {}},
            ),
            lambda: order_model.onchange(
                {"partner_id": partner.id},
                ["partner_id"],
                {"partner_id": {}, "partner_invoice_id": {}},
            ),
            lambda: (
                self.env["crm.pool.customer"]
                .with_user(self.agent_2)
                .create({"partner_id": partner.id})
            ),
        ):
            with self.assertRaises(AccessError):
                operation()

    def test_log_and_access_rows_follow_the_customer(self):
        """P33: the log is seen by who sees the customer."""
        for model_name in ("crm.pool.log", "crm.pool.access"):
            model = self.env[model_name]
            domain = [("customer_id", "=", self.private.id)]
            self.assertTrue(model.with_user(self.agent_1).search(domain))
            self.assertTrue(model.with_user(self.leader).search(domain))
            self.assertFalse(model.with_user(self.agent_2).search(domain))

    def test_rule_shape(self):
        """The rules compile to EXISTS, never to IN or NOT IN of a subquery."""
        partner_sql = self.env["res.partner"].with_user(self.agent_1)._search([])
        code = partner_sql.select().code
        self.assertIn("EXISTS", code)
        self.assertNotIn("IN (SELECT", code.replace("\n", " "))
        row_sql = self.env["crm.pool.customer"].with_user(self.agent_1)._search([])
        code = row_sql.select().code
        self.assertIn("EXISTS", code)
        self.assertNotIn("IN (SELECT", code.replace("\n", " "))

    def test_many_at_once_are_checked_as_one(self):
        """Invariant 1: one of many with another company's pool refuses them all; name
        and stage of each are copied."""
        other = self.env["res.company"].create({"name": "Branch Works"})
        foreign = self.env["crm.pool"].create({"name": "B", "company_id": other.id})
        partners = self.env["res.partner"].create(
            [{"name": f"Many {number}", "is_company": True} for number in range(4)]
        )
        vals_list = [
            {"partner_id": row.id, "stage_id": self._stage(code).id}
            for row, code in zip(
                partners, ("target", "deal", "target", "reserve"), strict=True
            )
        ]
        customers = self.env["crm.pool.customer"]._privileged()
        with self.assertRaises(UserError):
            customers.create([*vals_list[:3], {**vals_list[3], "pool_id": foreign.id}])
        made = customers.create([dict(vals) for vals in vals_list])
        self.assertEqual(made.mapped("name"), partners.mapped("name"))
        self.assertEqual(
            [row.stage_code for row in made], ["target", "deal", "target", "reserve"]
        )
