import random

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..pool.transition import STAGES, rank
from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolMerge(PoolCase):
    """P33 and invariants 1 to 4 and 14: merging partners merges their customers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")
        for user in (cls.agent_1, cls.agent_2, cls.manager):
            user.group_ids = [
                Command.link(cls.env.ref("base.group_partner_manager").id)
            ]

    def _merge(self, user, partners, dst=None):
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(user)
        partners = partners.with_user(user)
        dst = (dst or partners[0]).with_user(user)
        wizard.create({})._merge(partners.ids, dst, extra_checks=False)
        self.env.invalidate_all()

    def _fold(self, number):
        """Owner, stage and members of a customer's number, from the log alone."""
        owner, stage, members = False, False, set()
        log = self.env["crm.pool.log"].search([("customer_ref", "=", number)])
        for entry in log.sorted("id"):
            self.assertEqual(entry.stage_before or False, stage)
            if entry.action not in ("share", "unshare"):
                self.assertEqual(entry.owner_before_id.id, owner)
                owner = entry.owner_after_id.id
            stage = entry.stage_after or False
            if entry.action == "share":
                members.add(entry.member_id.id)
            elif entry.action == "unshare":
                members.discard(entry.member_id.id)
            members.discard(owner)
            if not owner:
                members = set()
        return owner, stage, members

    def _check(self, row):
        access = row.access_ids
        owners = access.filtered(lambda a: a.kind == "owner").user_id
        members = access.filtered(lambda a: a.kind == "collaborator").user_id
        self.assertEqual(owners, row.owner_id)
        self.assertEqual(row.access == "shared", not row.owner_id)
        self.assertEqual(row.access == "collaborative", bool(members))
        self.assertNotIn(row.owner_id, members)
        folded = self._fold(row.id)
        self.assertEqual(
            folded, (row.owner_id.id, row.stage_code or False, set(members.ids))
        )

    def test_higher_stage_stays(self):
        """P33: of two customers the one further on stays; records and log follow."""
        low = self._new_customers(1, "target", self.agent_1)
        high = self._new_customers(1, "potential", self.agent_1)
        record = self.env["crm.contact.record"].create(
            {
                "customer_id": low.id,
                "channel": "call",
                "direction": "out",
                "date": "2026-03-01 09:00:00",
            }
        )
        dst, src = low.partner_id, high.partner_id
        src.phone, dst.phone = "13917264058", "13864029157"
        src.mobile = "13752916408"
        lead = self.env["crm.lead"].create(
            {
                "name": "Fans",
                "type": "lead",
                "partner_id": src.id,
                "user_id": self.agent_2.id,
            }
        )
        log = high.log_ids | low.log_ids
        self._merge(self.agent_1, dst | src)
        self.assertFalse(low.exists() or src.exists())
        self.assertEqual(high.partner_id, dst)
        self.assertEqual(high.stage_code, "potential")
        self.assertEqual(high.name, dst.name)
        self.assertEqual(record.customer_id, high)
        self.assertEqual(high.contact_mark, "contacted")
        self.assertEqual(lead.partner_id, dst)
        self.assertEqual(
            high.access_ids.filtered(lambda a: a.kind == "document").user_id,
            self.agent_2,
        )
        self.assertEqual(
            set(dst.phone_number_ids.mapped("number")),
            {"13917264058", "13864029157", "13752916408"},
        )
        self._check_merged(low, high, log)

    def _check_merged(self, low, high, log):
        """Both sides stand in the log, the keys are those of the one."""
        self.assertLessEqual(log, high.log_ids)
        self.assertEqual(high.partner_id.phone, "13864029157")
        entries = self.env["crm.pool.log"].search([("action", "=", "merge")])
        self.assertEqual(set(entries.mapped("customer_ref")), {low.id, high.id})
        self.assertEqual(len(set(entries.mapped("batch"))), 1)
        keys = self.env["crm.customer.key"].search([("customer_id", "=", high.id)])
        self.assertIn("+8613917264058", keys.mapped("key"))
        self._check(high)
        self.assertEqual(self._fold(low.id), (False, False, set()))

    @mute_logger("odoo.sql_db")
    def test_core_alone(self):
        """The same merge without ours aborts on the unique row (negative control)."""
        customers = self._new_customers(2, "target", self.agent_1)
        self.patch(type(customers), "_collapse", lambda self, partner: None)
        with self.assertRaises(UniqueViolation):
            self._merge(self.agent_1, customers.partner_id)

    def test_different_owners(self):
        """P33, bad input: a merge of two owners' customers needs a manager; both work
        on."""
        mine = self._new_customers(1, "target", self.agent_1)
        mine.with_user(self.agent_1).action_share(self.agent_2.id)
        his = self._new_customers(1, "target", self.agent_2)
        his.with_user(self.agent_2).action_share(self.agent_1.id)
        his.with_user(self.agent_2).action_share(self.agent_3.id, True)
        partners = mine.partner_id | his.partner_id
        with self.assertRaises(UserError):
            self._merge(self.agent_1, partners)
        self._merge(self.manager, partners)
        self.assertEqual(mine.owner_id, self.agent_1)
        members = mine.access_ids.filtered(lambda a: a.kind == "collaborator")
        self.assertEqual(members.user_id, self.agent_2 | self.agent_3)
        reader = members.filtered(lambda a: a.user_id == self.agent_3)
        self.assertTrue(reader.is_readonly)
        self._check(mine)

    def test_shared_and_private(self):
        """P33: a shared customer merged with an owned one becomes the owner's."""
        shared = self._new_customers(1, "potential")
        owned = self._new_customers(1, "target", self.agent_1)
        self._merge(self.agent_1, shared.partner_id | owned.partner_id)
        self.assertFalse(owned.exists())
        self.assertEqual(shared.owner_id, self.agent_1)
        self.assertEqual(shared.stage_code, "potential")
        self._check(shared)

    def test_hidden_customers(self):
        """P20: the wizard neither shows nor merges what the user does not see."""
        private = self._new_customers(1, "target", self.agent_1)
        shared = self._new_customers(1)
        private.partner_id.email = shared.partner_id.email = "one@example.com"
        partners = private.partner_id | shared.partner_id
        with self.assertRaises(AccessError):
            self._merge(self.agent_2, partners, shared.partner_id)
        model = self.env["base.partner.merge.automatic.wizard"]
        wizard = model.with_user(self.agent_2).create({"group_by_email": True})
        wizard.action_start_manual_process()
        self.assertNotIn(private.partner_id.id, wizard.partner_ids.ids)
        listed = wizard.line_ids.mapped("aggr_ids")
        self.assertFalse([ids for ids in listed if str(private.partner_id.id) in ids])
        with self.assertRaises(AccessError):
            model.with_user(self.agent_2).create({"partner_ids": partners.ids})
        with self.assertRaises(AccessError):
            model.with_user(self.agent_2).with_context(
                active_model="res.partner", active_ids=partners.ids
            ).create({})

    def test_masked_customers(self):
        """P32: a hidden number is not read by merging it into one's own customer."""
        masked = self._new_customers(1)
        masked.partner_id.phone = "13917264058"
        masked.pool_id.mask_numbers = True
        own = self._new_customers(1, "target", self.agent_1)
        with self.assertRaises(AccessError):
            self._merge(self.agent_1, own.partner_id | masked.partner_id)

    def test_restrictions_follow(self):
        """P60: what two merged contacts refuse, the one refuses."""
        first, second = self._new_customers(2, "target", self.agent_1).partner_id
        restrictions = self.env["crm.contact.restriction"]
        for partner, channel in ((first, "call"), (second, "call"), (second, "fax")):
            restrictions.create(
                {"kind": "partner", "partner_id": partner.id, "channel": channel}
            )
        self._merge(self.agent_1, first | second)
        found = restrictions.search([("partner_id", "=", first.id)])
        self.assertEqual(set(found.mapped("channel")), {"call", "fax"})
        self.assertEqual(len(found), 2)

    def test_two_companies(self):
        """Each company keeps one row; the other company's is not touched."""
        other = self.env["res.company"].create({"name": "Other Works"})
        here = self._new_customers(1, "target", self.agent_1)
        there = self.env["crm.pool.customer"].create(
            {
                "partner_id": self._new_customers(1, "target").partner_id.id,
                "company_id": other.id,
                "owner_id": False,
            }
        )
        partners = here.partner_id | there.partner_id
        self._merge(self.agent_1, partners)
        rows = self.env["crm.pool.customer"].search(
            [("partner_id", "=", here.partner_id.id)]
        )
        self.assertEqual(rows, here | there)
        self._check(here)

    def test_random_merges(self):
        """Invariants 1 to 4 and 14: whatever is merged, in any order."""
        users = [False, self.agent_1, self.agent_2, self.agent_3]
        for seed in range(8):
            draw = random.Random(seed)
            rows = self.env["crm.pool.customer"]
            for _number in range(draw.randint(2, 3)):
                owner = draw.choice(users)
                row = self._new_customers(1, draw.choice(STAGES), owner or None)
                if owner and draw.random() < 0.6:
                    member = draw.choice([u for u in users[1:] if u != owner])
                    row.with_user(owner).action_share(member.id, draw.random() < 0.5)
                if draw.random() < 0.2 and not owner:
                    row.active = False
                rows |= row
            people = rows.owner_id | rows.access_ids.user_id
            live = rows.filtered("active") or rows
            best = max(rank(row.stage_code or None) for row in live)
            partners = rows.partner_id
            with self.subTest(seed=seed):
                self._merge(self.manager, partners, draw.choice(partners))
                left = rows.exists()
                self.assertEqual(len(left), 1)
                self.assertEqual(left.partner_id, partners.exists())
                self.assertEqual(rank(left.stage_code or None), best)
                self.assertEqual(left.owner_id | left.access_ids.user_id, people)
                self._check(left)
                for number in set(rows.ids) - set(left.ids):
                    self.assertEqual(self._fold(number), (False, False, set()))

    def test_deleted_customer(self):
        """P33: the log keeps number and name of a customer that was deleted."""
        row = self._new_customers(1, "target", self.agent_1)
        number, name = row.id, row.name
        row.with_user(self.manager).unlink()
        entries = self.env["crm.pool.log"].search([("customer_ref", "=", number)])
        self.assertEqual(set(entries.mapped("action")), {"enter", "delete"})
        self.assertEqual(set(entries.mapped("customer_name")), {name})
        self.assertFalse(entries.customer_id)
        self.assertTrue(entries.with_user(self.manager).has_access("read"))
        self.assertFalse(entries.with_user(self.agent_2).has_access("read"))

    def test_forgotten_customer(self):
        """P33: who asks to be forgotten stands in the log without a name."""
        row = self._new_customers(1, "target", self.agent_1)
        partner, number = row.partner_id, row.id
        partner.write({"name": "Shen Yufei", "email": "shen@example.com"})
        self.env.flush_all()
        row.with_user(self.agent_1).action_promote("potential")
        wizard = self.env["privacy.lookup.wizard"].create(
            {"name": "Shen Yufei", "email": "shen@example.com"}
        )
        wizard.action_lookup()
        models = set(wizard.line_ids.mapped("res_model"))
        self.assertLessEqual({"crm.pool.log", "crm.pool.customer"}, models)
        lines = wizard.line_ids.sorted(lambda line: line.res_model != "crm.pool.log")
        for model in ("crm.pool.log", "crm.pool.customer", "res.partner"):
            lines.filtered(
                lambda line, m=model: line.res_model == m
            ).action_unlink_all()
        self.env.invalidate_all()
        entries = self.env["crm.pool.log"].search([("customer_ref", "=", number)])
        self.assertIn("promote", entries.mapped("action"))
        self.assertNotIn("Shen", str(entries.read()))
        self.assertFalse(partner.exists())
