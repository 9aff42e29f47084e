import random
from ast import literal_eval
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PoolCase

SEEDS = 15


@tagged("post_install", "-at_install")
class TestCrmPoolBin(PoolCase):
    """P51, C8: what is deleted lies in the recycle bin, whole, and comes back whole."""

    def _customer(self, name=None, owner=None):
        (customer,) = self._new_customers(1, "potential", owner or self.agent_1)
        if name:
            customer.partner_id.name = name
        return customer

    def _person(self, customer, name="Lin Yue", **vals):
        return self.env["res.partner"].create(
            {"name": name, "parent_id": customer.partner_id.id, **vals}
        )

    def _lead(self, customer, **vals):
        return self.env["crm.lead"].create(
            {
                "name": "Forty chairs",
                "type": "opportunity",
                "partner_id": customer.partner_id.id,
                "user_id": self.agent_1.id,
                "company_id": self.company.id,
                **vals,
            }
        )

    def _entry(self, customer, user=None):
        return (
            self.env["crm.pool.bin"]
            .with_user(user or self.manager)
            .search([("customer_id", "=", customer.id)], limit=1)
        )

    # what goes, what stays

    def test_C8_customer_goes_with_all_that_is_his(self):
        """C8: contacts, opportunities, records go; orders stay as they are."""
        customer = self._customer()
        person, lead = self._person(customer), self._lead(customer)
        record = self.env["crm.contact.record"].create({"customer_id": customer.id})
        order = self._new_order(customer)
        (result,) = customer.with_user(self.agent_1).action_delete("closed down")
        self.assertEqual(result["code"], "deleted")
        for gone in (customer, customer.partner_id, person, lead):
            self.assertFalse(gone.active, gone)
        shown = self.env.ref("crm_stage_pipeline.crm_contact_record_action").domain
        listed = self.env["crm.contact.record"].search(
            [*literal_eval(shown), ("id", "=", record.id)]
        )
        self.assertFalse(listed)
        self.assertEqual(
            (order.state, order.partner_id), ("draft", customer.partner_id)
        )
        entry = self._entry(customer)
        self.assertEqual(entry.user_id, self.agent_1)
        self.assertEqual(entry.reason, "closed down")
        self.assertEqual(entry.partner_ids, customer.partner_id | person)
        self.assertEqual((entry.record_count, entry.order_count), (1, 1))
        self.assertEqual(customer.log_ids[0].reason, "closed down")

    def test_C8_archived_before_stays_archived(self):
        """C8: exactly that batch comes back, nothing that had gone before."""
        customer = self._customer()
        left, lost = self._person(customer, "Zhou An"), self._lead(customer)
        left.active = False
        lost.action_set_lost()
        person, running = self._person(customer), self._lead(customer)
        customer.with_user(self.agent_1).action_delete()
        self._entry(customer).action_restore()
        self.assertEqual((person.active, running.active), (True, True))
        self.assertEqual((left.active, lost.active), (False, False))

    def test_P51_archive_and_restore_is_the_identity(self):
        """P51, C8: whatever a customer has, deleting and restoring changes nothing."""
        for seed in range(SEEDS):
            with self.subTest(seed=seed):
                draw = random.Random(seed)
                customers = self._draw_customers(draw)
                before = self._picture(customers)
                everywhere = {"allowed_company_ids": self.manager.company_ids.ids}
                rows = customers.with_user(self.manager).with_context(**everywhere)
                gone = rows.browse(draw.sample(customers.ids, 2))
                for customer in gone:
                    customer.action_delete()
                self.assertNotEqual(self._picture(customers), before)
                entries = self.env["crm.pool.bin"].search(
                    [("customer_id", "in", gone.ids), ("state", "=", "deleted")]
                )
                entries = entries.browse(draw.sample(entries.ids, len(entries)))
                manager = entries.with_user(self.manager).with_context(**everywhere)
                manager.action_restore()
                self.assertEqual(self._picture(customers), before)

    def _draw_customers(self, draw):
        """Customers with drawn persons, leads, records, orders, shares; two of one
        contact in two companies."""
        branch = self.env["res.company"].create({"name": f"Branch {draw.random()}"})
        self.manager.company_ids |= branch
        customers = self.env["crm.pool.customer"]
        for _number in range(3):
            owner = draw.choice([self.agent_1, self.agent_2, None])
            (customer,) = self._new_customers(1, draw.choice(["target", "deal"]), owner)
            if owner and draw.random() < 0.5:
                customer.with_user(self.manager).action_share(self.leader.id)
            for _person in range(draw.randrange(3)):
                person = self._person(customer)
                person.active = draw.random() < 0.7
            for _lead in range(draw.randrange(3)):
                lead = self._lead(
                    customer,
                    probability=draw.choice([0, 30]),
                    user_id=draw.choice(self.agent_1 | self.agent_2).id,
                )
                draw.choice([lambda: 0, lead.action_set_lost, lead.action_set_won])()
            if draw.random() < 0.5:
                self.env["crm.contact.record"].create({"customer_id": customer.id})
            if draw.random() < 0.3:
                self._new_order(customer)
            customers |= customer
        customers |= customers.create(
            {"partner_id": customers[0].partner_id.id, "company_id": branch.id}
        )
        return customers

    def _picture(self, customers):
        """All that deleting could change, as values."""
        self.env.flush_all()
        self.env.invalidate_all()
        customers = customers.with_context(active_test=False)
        partners = customers.partner_id | customers.partner_id.child_ids
        leads = self.env["crm.lead"].with_context(active_test=False)
        leads = leads.search([("partner_id", "in", partners.ids)])
        keys = self.env["crm.customer.key"].search(
            [("customer_id", "in", customers.ids)]
        )
        skipped = {"write_date", "write_uid", "log_ids", "__last_update"}
        names = [
            name
            for name, field in customers._fields.items()
            if field.store and field.column_type and name not in skipped
        ]
        return (
            customers.read(names),
            sorted((row.customer_id.id, row.user_id.id, row.kind, row.is_readonly)
                   for row in customers.access_ids),
            partners.sorted("id").read(["active", "name", "parent_id", "user_id"]),
            leads.sorted("id").read(
                ["active", "stage_id", "probability", "date_closed", "sales_mark",
                 "won_status", "user_id", "date_open"]
            ),
            sorted(
                (key.customer_id.id, key.kind, key.key, key.enforced) for key in keys
            ),
            customers.record_ids.read(["date", "note", "customer_id"]),
        )  # fmt: skip

    # who may

    def test_P51_rights_by_role(self):
        """P51: managers open, restore and purge; others by their role's page only."""
        customer = self._customer()
        customer.with_user(self.agent_1).action_delete()
        entry = self._entry(customer)
        for user in (self.agent_1, self.agent_2, self.leader):
            self.assertFalse(self._entry(customer, user))
            for name in ("action_restore", "action_purge"):
                with self.assertRaises(AccessError):
                    getattr(entry.with_user(user), name)()
            with self.assertRaises(AccessError):
                customer.with_user(user).action_unarchive()
        page = self.env.ref("crm_stage_pipeline.crm_pool_data_right_leader")
        page.write({"has_bin": True})
        self.assertEqual(self._entry(customer, self.leader), entry)
        with self.assertRaises(AccessError):
            entry.with_user(self.leader).action_purge()
        entry.with_user(self.leader).action_restore()
        self.assertTrue(customer.active)
        self.assertEqual(entry.restored_by_id, self.leader)

    def test_P51_menu_by_right(self):
        """P51: the menu is there for who may open the bin."""
        menu = self.env.ref("crm_stage_pipeline.crm_pool_bin_menu")
        for user, is_there in ((self.manager, True), (self.agent_1, False)):
            menus = self.env["ir.ui.menu"].with_user(user)
            self.assertEqual(menu.id in menus._load_menus_blacklist(), not is_there)

    def test_P51_refused_row_by_row(self):
        """P51: an open order and other people's customers are refused, in words."""
        mine, ordered, theirs = self._new_customers(3, "target", self.agent_1)
        order = self._new_order(ordered)
        order.action_confirm()
        theirs.with_user(self.manager).action_assign(self.agent_2.id, "x")
        theirs.with_user(self.agent_2).action_share(self.agent_1.id)
        rows = (mine | ordered | theirs).with_user(self.agent_1)
        codes = ["deleted", "open_order", "not_allowed"]
        results = rows.action_delete()
        self.assertEqual([row["code"] for row in results], codes)
        self.assertIn(order.name, results[1]["message"])
        self.assertEqual((ordered.active, theirs.active), (True, True))

    def test_P51_entries_are_read_only(self):
        """P51: nobody writes or forges what stands in the bin."""
        customer = self._customer()
        customer.with_user(self.agent_1).action_delete()
        entry = self._entry(customer)
        for act in (
            lambda: entry.write({"user_id": self.agent_2.id}),
            lambda: entry.unlink(),
            lambda: entry.create({"customer_id": customer.id}),
        ):
            with self.assertRaises(AccessError):
                act()

    # coming back

    def test_P51_name_taken_meanwhile(self):
        """P51: the bin frees the name; restoring says who has it now."""
        self.policy.name_duplicates = "block"
        customer = self._customer("Qinghe Print")
        customer.with_user(self.agent_1).action_delete()
        self._customer("QINGHE  print Ltd.", self.agent_2)
        answer = self._entry(customer).action_restore()
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertIn("QINGHE", answer["params"]["message"])
        self.assertFalse(customer.active)

    def test_P51_other_doors(self):
        """P51: archiving and restoring the contact, and a new lead, take it along."""
        customer = self._customer()
        person = self._person(customer)
        partner = customer.partner_id
        partner.with_user(self.agent_1).action_archive()
        self.assertEqual(self._entry(customer).partner_ids, partner | person)
        with self.assertRaises(AccessError):
            partner.with_user(self.agent_1).action_unarchive()
        partner.with_user(self.manager).action_unarchive()
        self.assertTrue(customer.active and person.active and partner.active)
        self.assertEqual(self._entry(customer).state, "restored")
        customer.with_user(self.agent_1).action_delete()
        self._lead(customer)
        self.assertTrue(customer.active and person.active and partner.active)

    def test_P51_last_company_takes_the_contact(self):
        """P51: the contact goes with its last row, and comes back with any."""
        branch = self.env["res.company"].create({"name": "Branch Works"})
        self.manager.company_ids |= branch
        customer = self._customer()
        twin = customer.create(
            {"partner_id": customer.partner_id.id, "company_id": branch.id}
        )
        both = {"allowed_company_ids": (self.company | branch).ids}
        manager = customer.with_user(self.manager).with_context(**both)
        manager.action_delete()
        self.assertTrue(customer.partner_id.active)
        manager.browse(twin.id).action_delete()
        self.assertFalse(customer.partner_id.active)
        self._entry(customer).action_restore()
        self.assertTrue(customer.partner_id.active and customer.active)
        self.assertFalse(twin.active)

    def test_P51_merged_while_deleted(self):
        """P51: a deleted customer that is merged into a live one is back with it."""
        customer, other = self._customer(), self._customer()
        person = self._person(customer)
        customer.with_user(self.agent_1).action_delete()
        partners = customer.partner_id | other.partner_id
        self.env["base.partner.merge.automatic.wizard"].with_user(self.manager)._merge(
            partners.ids, other.partner_id
        )
        self.assertTrue(person.active)
        entries = self.env["crm.pool.bin"].search([("customer_id", "=", other.id)])
        self.assertEqual(set(entries.mapped("state")), {"restored"})

    # for good

    def test_P51_purge(self):
        """P51: nothing of it is left but the log; the name is free."""
        customer = self._customer()
        person, lead = self._person(customer), self._lead(customer)
        record = self.env["crm.contact.record"].create({"customer_id": customer.id})
        partner, number = customer.partner_id, customer.id
        customer.with_user(self.agent_1).action_delete()
        entry = self._entry(customer)
        entry.action_purge()
        for gone in (customer, person, lead, record, partner, entry):
            self.assertFalse(gone.exists(), gone)
        rows = self.env["crm.pool.log"].search([("customer_ref", "=", number)])
        self.assertEqual(rows[0].action, "delete")
        self.assertEqual(rows[0].actor_id, self.manager)

    def test_P51_purge_keeps_what_orders_name(self):
        """C8: the contact of an order stays archived, and the order as it was."""
        customer = self._customer()
        partner, order = customer.partner_id, self._new_order(customer)
        customer.with_user(self.agent_1).action_delete()
        answer = self._entry(customer).action_purge()
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertFalse(customer.exists())
        self.assertFalse(partner.active)
        self.assertEqual(order.partner_id, partner)

    def test_P51_live_customers_are_not_purged(self):
        """P51: what was restored is not deleted for good through its old entry."""
        customer = self._customer()
        customer.with_user(self.agent_1).action_delete()
        entry = self._entry(customer)
        entry.action_restore()
        entry.action_purge()
        self.assertTrue(customer.active)
        late = fields.Datetime.now() + timedelta(minutes=1)
        self.assertLess(entry.restored_at, late)
