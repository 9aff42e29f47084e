import random
from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .test_crm_pool_recycle_date import NOW, RecycleCase

TONIGHT = NOW + timedelta(days=9)


@tagged("post_install", "-at_install")
class TestCrmPoolRecycleRun(RecycleCase):
    """P27: the run that takes customers back, and the preview before it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.runs = cls.env["crm.pool.recycle.run"]
        # what other tests and demo data own does not go
        cls.env["crm.pool.customer"].search([("owner_id", "!=", False)])._set_shared()

    def _recycle(self, limit=2000, user=None):
        """One whole run; :return: the run, or none when nothing is due."""
        self._settle()
        run = self.runs._open(self.policy, user)
        for _step in range(500):
            if not run or run.state != "running":
                return run
            run._run_batch(limit)
        raise self.failureException("the run does not end")

    @freeze_time(NOW)
    def test_due_customers_go_back_once(self):
        """Invariant 11: logged with the rule; members dropped; a second run: none."""
        self._rule(days=7, name="Nobody called")
        customers = self._new_customers(5, owner=self.agent_1)
        customers[0].with_user(self.agent_1).action_share(self.agent_2.id)
        fresh = customers[4]
        with freeze_time(NOW + timedelta(days=3)):
            self._record(fresh, "interested")
        gone = customers - fresh
        with freeze_time(TONIGHT):
            run = self._recycle(limit=2)
            self.assertEqual((run.state, run.recycled_count), ("done", 4))
            self.assertFalse(self._recycle())
        self.assertEqual(gone.mapped("access"), ["shared"] * 4)
        self.assertFalse(gone.access_ids)
        self.assertEqual(gone.previous_owner_id, self.agent_1)
        self.assertEqual(fresh.owner_id, self.agent_1)
        for customer in gone:
            entry = customer.log_ids.sorted("id")[-1]
            self.assertEqual(
                (entry.action, entry.reason, entry.owner_before_id),
                ("recycle", "Nobody called", self.agent_1),
            )

    @freeze_time(NOW)
    def test_same_as_a_release(self):
        """A row that a rule took back equals, column by column, a released one."""
        self._rule(days=7)
        released, recycled = self._new_customers(2, owner=self.agent_1)
        self._settle()
        planned = [
            row.partner_id.activity_schedule(
                "mail.mail_activity_data_call", user_id=self.agent_1.id
            )
            for row in (released, recycled)
        ]
        released.with_user(self.agent_1).action_release()
        with freeze_time(TONIGHT):
            self._recycle()
        self._settle()
        for activity in planned:
            self.assertFalse(activity.active or activity.user_id)
        for row in (released, recycled):
            followers = row.partner_id.message_partner_ids
            self.assertNotIn(self.agent_1.partner_id, followers)
        self.env.cr.execute(
            "SELECT to_jsonb(row) FROM crm_pool_customer AS row"
            " WHERE id = ANY(%s) ORDER BY id",
            [[released.id, recycled.id]],
        )
        (one,), (other,) = self.env.cr.fetchall()
        different = {key for key in one if (one[key] or 0) != (other[key] or 0)}
        self.assertLessEqual(
            different,
            {
                *("id", "partner_id", "name", "draw_key", "write_date", "write_uid"),
                "customer_number",
                *("released_at", "pool_entered_at", "create_date"),
            },
        )

    @freeze_time(NOW)
    def test_protection_that_nobody_saw_expire(self):
        """P28, P33: recycling logs its end, with its own reason; nothing follows."""
        self._rule(days=7)
        customer = self._new_customers(1, owner=self.agent_1)
        self.policy.protection_days = 2
        self.assertCodes(
            customer.with_user(self.agent_1).action_protect(), ["protected_until"]
        )
        with freeze_time(TONIGHT):
            self._recycle()
            self.env["crm.pool.customer"]._end_expired()
        entries = customer.log_ids.sorted("id")[-2:]
        self.assertEqual(entries.mapped("action"), ["unprotect", "recycle"])
        self.assertEqual(entries[0].reason, "recycled")
        self.assertFalse(customer.is_protection_open or customer.protected_until)

    @freeze_time(NOW)
    def test_who_stays(self):
        """An open order always; open documents if the policy says so; protected."""
        self._rule(days=7)
        ordered, asked, sought, protected = self._new_customers(4, owner=self.agent_1)
        self._new_order(ordered).action_confirm()
        self._new_order(asked)
        self.env["crm.lead"].create(
            {
                "name": "Desks",
                "type": "opportunity",
                "partner_id": sought.partner_id.id,
                "company_id": self.company.id,
            }
        )
        protected._write_pool({"protected_until": TONIGHT + timedelta(days=1)})
        self.policy.recycle_keep_deal = False
        with freeze_time(TONIGHT):
            run = self._recycle()
            self.assertFalse(run, "nothing to take back")
            self.policy.recycle_keep_documents = False
            run = self._recycle()
        self.assertEqual((run.recycled_count, run.kept_count), (2, 1))
        self.assertFalse((asked | sought).owner_id)
        self.assertEqual((ordered | protected).owner_id, self.agent_1)

    @freeze_time(NOW)
    def test_open_orders_as_python_sees_them(self):
        """P23: one statement decides on open orders as sale.order does, at random."""
        customers = self._new_customers(12, owner=self.agent_1)
        draw = random.Random(7)
        for customer in customers:
            for _number in range(draw.randint(0, 2)):
                self._random_order(draw, customer)
        self.policy.recycle_keep_documents = False
        orders = customers._open_orders()
        expected = {customer.id for customer in customers if orders[customer.id]}
        self.assertEqual(customers._kept_ids(self.policy), expected)
        self.assertTrue(0 < len(expected) < len(customers))

    def _random_order(self, draw, customer):
        """An order somewhere between a quotation and the end."""
        price = draw.choice([0.0, 100.0])
        order = self._new_order(customer, price=price)
        if draw.random() < 0.2:
            return
        order.action_confirm()
        if draw.random() < 0.7:
            order.order_line.qty_delivered = 1
        if draw.random() < 0.2:
            order.action_lock()
        if price and draw.random() < 0.7:
            invoice = order._create_invoices()
            if draw.random() < 0.8:
                invoice.action_post()
                if draw.random() < 0.8:
                    self.env["account.payment.register"].with_context(
                        active_model="account.move", active_ids=invoice.ids
                    ).create({})._create_payments()
            elif draw.random() < 0.5:
                invoice.button_cancel()
        if draw.random() < 0.1:
            order._action_cancel()

    @freeze_time(NOW)
    def test_asks_before_it_empties_the_pool(self):
        """P27, bad input: a run above the share is held, managers are asked with the
        number, a manager may agree."""
        self._rule(days=7)
        self.policy.write({"recycle_share_limit": 20, "recycle_share_floor": 3})
        customers = self._new_customers(10, owner=self.agent_1)
        self._settle()
        with freeze_time(TONIGHT):
            run = self._recycle()
            self.assertEqual(run.state, "held")
            self.assertEqual(customers.owner_id, self.agent_1)
            activities = run.activity_ids
            self.assertIn(self.manager, activities.user_id)
            self.assertIn("10", activities[0].summary)
            self.runs._open_night(self.policy)
            held = self.runs.search([("state", "=", "held")])
            self.assertEqual(len(held), 1, "one question at a time")
            self.assertFalse(run.exists().activity_ids)
            with self.assertRaises(AccessError):
                held.with_user(self.leader).action_resume()
            held.with_user(self.manager).action_resume()
            while held.state == "running":
                held._run_batch(3)
            self.assertEqual(held.recycled_count, 10)
            self.assertFalse(held.activity_ids)
        self.assertFalse(customers.owner_id)

    @freeze_time(NOW)
    def test_small_numbers_never_ask(self):
        self._rule(days=7)
        self.policy.write({"recycle_share_limit": 20, "recycle_share_floor": 3})
        self._new_customers(3, owner=self.agent_1)
        with freeze_time(TONIGHT):
            self.assertEqual(self._recycle().state, "done")

    @freeze_time(NOW)
    def test_preview_says_what_goes(self):
        """Numbers by rule, stage and owner of drafts; then in force, if confirmed."""
        self.policy.write({"recycle_share_limit": 20, "recycle_share_floor": 3})
        rule = self.env["crm.pool.recycle.rule"].create(
            {"name": "Idle", "policy_id": self.policy.id, "days": 5}
        )
        first = self._new_customers(4, owner=self.agent_1)
        second = self._new_customers(2, "potential", owner=self.agent_2)
        self._new_order(second[0])
        with freeze_time(TONIGHT):
            policy = self.policy.with_user(self.manager)
            preview = self._preview(policy.action_recycle_force())
            self.assertEqual(
                (preview.owned_count, preview.due_count, preview.kept_count),
                (6, 5, 1),
            )
            self.assertEqual(
                [(line.name, line.amount) for line in preview.rule_count_ids],
                [("Idle", 5)],
            )
            self.assertEqual(
                {line.name: line.amount for line in preview.owner_count_ids},
                {self.agent_1.name: 4, self.agent_2.name: 1},
            )
            self.assertEqual(
                {line.name: line.amount for line in preview.stage_count_ids},
                {"Target": 4, "Potential": 1},
            )
            self.assertTrue(preview.is_alarming)
            with self.assertRaises(UserError):
                preview.action_put_in_force()
            preview.is_confirmed = True
            preview.action_put_in_force()
            self.assertEqual(rule.state, "force")
            self.assertEqual(self.policy.recycle_confirmed_count, 5)
            self.assertEqual(self._recycle().recycled_count, 5)
            self.assertFalse(self.policy.recycle_confirmed_count)
        self.assertFalse(first.owner_id)

    @freeze_time(NOW)
    def test_preview_of_tonight_is_what_goes(self):
        """What the preview names goes, and nothing else."""
        self._rule(days=7)
        self._rule("gap", 5)
        customers = self._new_customers(6, owner=self.agent_1)
        with freeze_time(NOW + timedelta(days=2)):
            for customer in customers[:3]:
                self._record(customer, "interested")
        with freeze_time(NOW + timedelta(days=7)):
            preview = self._preview(
                self.policy.with_user(self.manager).action_recycle_tonight()
            )
            named = preview.line_ids.customer_id
        with freeze_time(preview.at):
            self._recycle()
        self.assertEqual(named, customers.filtered(lambda row: not row.owner_id))
        self.assertEqual(len(named), 3 + 3)

    @freeze_time(NOW)
    def test_run_by_hand_stops_and_resumes(self):
        """A manager's run: step by step, stopped, resumed, and nothing twice."""
        self._rule(days=7)
        customers = self._new_customers(6, owner=self.agent_1)
        self._settle()
        with freeze_time(TONIGHT):
            policy = self.policy.with_user(self.manager)
            preview = self._preview(policy.action_recycle_now())
            run = self.runs.browse(preview.action_run()["res_id"])
            run = run.with_user(self.manager)
            run._run_batch(2)
            run.action_stop()
            self.assertEqual(run.action_step(), {"state": "stopped", "handled": 0})
            self.assertEqual(len(customers.filtered("owner_id")), 4)
            run.action_resume()
            while run.state == "running":
                run.action_step()
            self.assertEqual((run.recycled_count, run.progress), (6, 100.0))
        entries = customers.log_ids.filtered(lambda entry: entry.action == "recycle")
        self.assertEqual(len(entries), 6)

    @freeze_time(NOW)
    def test_owners_get_one_summary(self):
        """One notice per owner and run, in his language, on no customer's chatter."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.agent_2.lang = "zh_CN"
        self._rule(days=7, name="Idle")
        customers = self._new_customers(3, owner=self.agent_1)
        customers |= self._new_customers(2, owner=self.agent_2)
        last = self.env["mail.message"].search([], order="id desc", limit=1).id
        with freeze_time(TONIGHT):
            self._recycle(limit=40)
        notices = self.env["mail.message"].search(
            [("id", ">", last), ("message_type", "=", "user_notification")]
        )
        mine = notices.filtered(
            lambda notice: self.agent_1.partner_id in notice.notified_partner_ids
        )
        theirs = notices.filtered(
            lambda notice: self.agent_2.partner_id in notice.notified_partner_ids
        )
        self.assertEqual((len(mine), len(theirs)), (1, 1))
        self.assertIn("3", mine.subject)
        self.assertIn("Idle: 3", mine.body)
        self.assertNotEqual(mine.subject.replace("3", "2"), theirs.subject)
        self.assertFalse(notices.filtered(lambda n: n.model == "res.partner"))

    @freeze_time(NOW)
    def test_one_night_a_day(self):
        """The night begins at its hour of the company's zone, once a day."""
        self.policy.write({"tz": "Asia/Shanghai", "recycle_hour": 1})
        for moment, is_night in (
            ("2026-03-04 16:30", False),  # half past midnight there
            ("2026-03-04 17:30", True),
        ):
            with freeze_time(moment):
                self.assertEqual(self.policy._is_night(), is_night)
        with freeze_time("2026-03-04 17:30"):
            self.runs._open_night(self.policy)
            self.assertFalse(self.policy._is_night())
            self.policy.tz = "America/New_York"
            self.assertFalse(self.policy._is_night(), "no second night by a zone")
        with freeze_time("2026-03-06 06:30"):
            self.assertTrue(self.policy._is_night())

    @freeze_time(NOW)
    def test_stale_date_does_no_harm(self):
        """What the date missed is found under the lock: the row stays and moves."""
        self._rule(days=7)
        customer = self._new_customers(1, owner=self.agent_1)
        self._settle()
        self.env.cr.execute(
            "UPDATE crm_pool_customer SET last_contact_at = %s WHERE id = %s",
            [NOW + timedelta(days=8), customer.id],
        )
        with freeze_time(TONIGHT):
            run = self._recycle()
        self.assertEqual((run.recycled_count, run.moved_count), (0, 1))
        self.assertEqual(customer.owner_id, self.agent_1)
        self.assertFalse(customer.recycle_on)

    @freeze_time(NOW)
    def test_queries_do_not_grow_with_the_rows(self):
        """A batch of 50 takes as many queries as one of 5."""
        self._rule(days=7)
        counts = []
        for size in (5, 50):
            self._new_customers(size, owner=self.agent_1)
            self._settle()
            with freeze_time(TONIGHT):
                run = self.runs._open(self.policy)
                before = self.env.cr.sql_log_count
                run._run_batch(2000)
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
                while run.state == "running":
                    run._run_batch(2000)
        self.assertEqual(counts[0], counts[1])

    @freeze_time(NOW)
    def test_rights(self):
        """Agents and leaders neither preview nor run; other companies are apart."""
        self._rule(days=7)
        self._new_customers(1, owner=self.agent_1)
        self._settle()
        with freeze_time(TONIGHT):
            run = self._recycle()
        for user in (self.agent_1, self.leader):
            with self.assertRaises(AccessError):
                self.policy.with_user(user).action_recycle_tonight()
            with self.assertRaises(AccessError):
                run.with_user(user).read(["state"])
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.manager.write(
            {
                "company_ids": [Command.set(elsewhere.ids)],
                "company_id": elsewhere.id,
            }
        )
        stranger = self.manager.with_company(elsewhere)
        self.assertFalse(self.runs.with_user(stranger).search([("id", "=", run.id)]))

    def _preview(self, action):
        self.assertEqual(action["res_model"], "crm.pool.recycle.preview")
        preview = self.env["crm.pool.recycle.preview"].browse(action["res_id"])
        return preview.with_user(self.manager)

    def test_confirmed_count_is_an_upper_bound(self):
        """More than the manager has seen: it asks again."""
        self.policy.write(
            {
                "recycle_share_limit": 20,
                "recycle_share_floor": 3,
                "recycle_confirmed_count": 50,
            }
        )
        self.assertFalse(self.policy._needs_confirmation(50, 100))
        self.assertTrue(self.policy._needs_confirmation(51, 100))
        self.assertFalse(self.policy._needs_confirmation(20, 100))
