import random
from datetime import UTC, datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..pool.recycling import Facts, returns_at
from .common import PoolCase

NOW = datetime(2026, 3, 2, 4, 0)  # a Monday


class RecycleCase(PoolCase):
    """Rules of one company, in UTC, with customers claimed at NOW."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.tz = "UTC"
        cls.policy.recycle_share_limit = 100

    @classmethod
    def _rule(cls, kind="uncontacted", days=7, **vals):
        """A rule in force."""
        rule = cls.env["crm.pool.recycle.rule"].create(
            {
                "name": vals.pop("name", kind),
                "policy_id": cls.policy.id,
                "kind": kind,
                "days": days,
                **vals,
            }
        )
        rule._put_in_force()
        return rule

    def _record(self, customer, code=None, date=None, **vals):
        outcome = code and self.env.ref(
            f"crm_stage_pipeline.crm_contact_outcome_{code}"
        )
        record = self.env["crm.contact.record"].create(
            {
                "customer_id": customer.id,
                "outcome_id": outcome and outcome.id,
                "date": date or fields.Datetime.now(),
                **vals,
            }
        )
        self._settle()
        return record

    def _settle(self):
        """What happens before a transaction ends."""
        self.env.cr.flush()

    def _day(self, customer):
        self._settle()
        return customer.recycle_on and customer.recycle_on.date().isoformat()


@tagged("post_install", "-at_install")
class TestCrmPoolRecycleDate(RecycleCase):
    """P27: the date of return, and what moves it."""

    @freeze_time(NOW)
    def test_claim_and_contact_move_the_date(self):
        self._rule(days=7)
        gap = self._rule("gap", 30)
        customer = self._new_customers(1)
        self.assertFalse(self._day(customer))
        customer.with_user(self.agent_1).action_claim()
        claimed = customer.claimed_at.date()
        self.assertEqual(self._day(customer), (claimed + timedelta(days=8)).isoformat())
        with freeze_time(customer.claimed_at + timedelta(days=2)):
            record = self._record(customer, "interested")
            contacted = record.date.date()
            self.assertEqual(
                self._day(customer), (contacted + timedelta(days=31)).isoformat()
            )
            self.assertEqual(customer.recycle_rule_id, gap)
            record.unlink()
            self.assertEqual(
                self._day(customer), (claimed + timedelta(days=8)).isoformat()
            )
        customer.with_user(self.agent_1).action_release()
        self.assertFalse(self._day(customer))
        self.assertFalse(customer.recycle_rule_id)

    def test_claim_writes_the_date_itself(self):
        """The claim's own statement writes what a computation from scratch gives."""
        self._rule(days=9)
        self._rule(days=4, stage_ids=[(6, 0, self._stage("target").ids)])
        self._rule("gap", 1)
        self._rule(days=6, pool_id=self.pool.id, counting="working")
        self._rule(days=1, stage_ids=[(6, 0, self._stage("potential").ids)])
        customers = self._new_customers(2) | self._new_customers(1, "potential")
        customers |= self._new_customers(1, "deal") | self._new_customers(2, "reserve")
        mine = customers.with_user(self.agent_1)
        mine[:4].action_claim()
        mine[4:5].action_screen("target")
        mine[5:].action_screen("potential")
        self.assertEqual(customers.owner_id, self.agent_1)
        written = [(row.recycle_on, row.recycle_rule_id) for row in customers]
        self.assertEqual(
            [bool(moment) for moment, _rule in written], [1, 1, 1, 0, 1, 1]
        )
        customers._save_returns(self.policy._plan())
        self.assertEqual(
            written, [(row.recycle_on, row.recycle_rule_id) for row in customers]
        )

    @freeze_time(NOW)
    def test_assignment_starts_the_clock_anew(self):
        self._rule(days=7)
        customer = self._new_customers(1, owner=self.agent_1)
        self.assertEqual(self._day(customer), "2026-03-10")
        with freeze_time(NOW + timedelta(days=5)):
            customer.with_user(self.manager).action_assign(self.agent_2.id, "sick")
            self.assertEqual(self._day(customer), "2026-03-15")

    @freeze_time(NOW)
    def test_stage_pool_and_condition(self):
        """A rule asks for pool, stage and any condition; stage moves count at once."""
        potential = self._stage("potential")
        self._rule(days=3, stage_ids=[(6, 0, potential.ids)])
        customers = self._new_customers(2, owner=self.agent_1)
        self._settle()
        self.assertEqual(customers.mapped("recycle_on"), [False, False])
        customers[0].with_user(self.agent_1).action_promote("potential")
        self.assertEqual(self._day(customers[0]), "2026-03-06")
        self._rule(days=1, domain=repr([("name", "=", customers[1].name)]))
        self.assertEqual(self._day(customers[1]), "2026-03-04")
        self.assertEqual(self._day(customers[0]), "2026-03-06")

    @freeze_time(NOW)
    def test_failed_follow_up(self):
        """Two refusals in a row; what reaches nobody between them does not count."""
        self._rule("failed", 2, failure="not_interested", attempts=2)
        customer = self._new_customers(1, owner=self.agent_1)
        with freeze_time(NOW + timedelta(days=1)):
            self._record(customer, "not_interested")
        self.assertFalse(self._day(customer))
        with freeze_time(NOW + timedelta(days=2)):
            self._record(customer, "no_answer")
            second = self._record(customer, "not_interested")
        self.assertEqual(self._day(customer), "2026-03-07")
        with freeze_time(NOW + timedelta(days=3)):
            third = self._record(customer, "not_interested")
            self.assertEqual(self._day(customer), "2026-03-07", "failed since then")
            third.outcome_id = self.env.ref(
                "crm_stage_pipeline.crm_contact_outcome_interested"
            )
            self.assertFalse(self._day(customer))
            third.unlink()
            second.unlink()
            self.assertFalse(self._day(customer))

    @freeze_time(NOW)
    def test_could_not_be_reached(self):
        self._rule("failed", 0, failure="unreached", attempts=3)
        customer = self._new_customers(1, owner=self.agent_1)
        for hour, code in enumerate(("busy", "no_answer", "interested", "busy")):
            with freeze_time(NOW + timedelta(hours=hour + 1)):
                self._record(customer, code)
        self.assertFalse(self._day(customer))
        for day in (1, 2):
            with freeze_time(NOW + timedelta(days=day)):
                self._record(customer, "void_number")
        self.assertEqual(self._day(customer), "2026-03-05")

    @freeze_time(NOW)
    def test_lost_opportunity(self):
        self._rule("failed", 5, failure="lost")
        customer = self._new_customers(1, "opportunity", owner=self.agent_1)
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": f"Chairs {number}",
                    "type": "opportunity",
                    "partner_id": customer.partner_id.id,
                    "company_id": self.company.id,
                    "user_id": self.agent_1.id,
                }
                for number in range(2)
            ]
        )
        leads[0].action_set_lost()
        self.assertFalse(self._day(customer), "one is still open")
        leads[1].action_set_lost()
        self.assertEqual(self._day(customer), "2026-03-08")
        leads[1].action_unarchive()
        self.assertFalse(self._day(customer))

    @freeze_time(NOW)
    def test_protection(self):
        """Nothing returns while protected; the fourth rule counts from its end."""
        self._rule(days=1)
        customer = self._new_customers(1, owner=self.agent_1)
        customer._write_pool({"protected_until": NOW + timedelta(days=20)})
        self._settle()
        self.assertEqual(customer.recycle_on, NOW + timedelta(days=20))
        self.policy.recycle_rule_ids.unlink()
        self.assertFalse(self._day(customer))
        self._rule("protection", 3)
        self.assertEqual(self._day(customer), "2026-03-26")

    @freeze_time(NOW)
    def test_pausing_stops_the_clock_only_by_policy(self):
        """P9: paused customers go too, unless the policy lets their clock wait."""
        self._rule(days=7)
        customer = self._new_customers(1, "potential", owner=self.agent_1)
        customer.with_user(self.agent_1).action_pause()
        self.assertEqual(self._day(customer), "2026-03-10")
        self.policy.recycle_wait_paused = True
        self.assertFalse(self._day(customer))
        with freeze_time(NOW + timedelta(days=30)):
            customer.with_user(self.agent_1).action_resume()
            self.assertEqual(self._day(customer), "2026-04-09")

    @freeze_time(NOW)
    def test_deal_customers_stay(self):
        self._rule(days=7)
        customer = self._new_customers(1, "deal", owner=self.agent_1)
        self.assertFalse(self._day(customer))
        self.policy.recycle_keep_deal = False
        self.assertEqual(self._day(customer), "2026-03-10")

    def _leave(self, begin, end, **vals):
        calendar = self.company.resource_calendar_id
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Leave",
                "calendar_id": calendar.id,
                "date_from": begin,
                "date_to": end,
                **vals,
            }
        )

    @freeze_time(NOW)
    def test_working_days_of_the_company(self):
        """The clock waits at the weekend and on holidays."""
        customer = self._new_customers(1, owner=self.agent_1)
        self._rule(days=5, counting="working")
        self.assertEqual(self._day(customer), "2026-03-10")  # Mon + 5 working days
        leave = self._leave(datetime(2026, 3, 4), datetime(2026, 3, 4, 23, 59, 59))
        self.assertEqual(self._day(customer), "2026-03-11")
        leave.date_to = datetime(2026, 3, 5, 23, 59, 59)
        self.assertEqual(self._day(customer), "2026-03-12")
        leave.unlink()
        self.assertEqual(self._day(customer), "2026-03-10")

    @freeze_time(NOW)
    def test_time_off_of_the_owner(self):
        """The clock waits while its owner is away, if the rule says so."""
        customer = self._new_customers(1, owner=self.agent_1)
        rule = self._rule(days=5, counting="working")
        resource = self.env["resource.resource"].create(
            {
                "name": "Agent",
                "user_id": self.agent_1.id,
                "calendar_id": self.company.resource_calendar_id.id,
                "company_id": self.company.id,
            }
        )
        away = datetime(2026, 3, 5), datetime(2026, 3, 13, 23)
        self._leave(*away, resource_id=resource.id)
        self.assertEqual(self._day(customer), "2026-03-10")
        rule.counting = "attended"
        self.assertEqual(rule.state, "draft", "a change of conditions suspends")
        rule._put_in_force()
        self.assertEqual(self._day(customer), "2026-03-19")
        customer.with_user(self.manager).action_assign(self.agent_2.id, "away")
        self.assertEqual(self._day(customer), "2026-03-10")

    @freeze_time(NOW)
    def test_zone_of_the_company_decides_the_day(self):
        """23:30 in Shanghai and 00:30 there are different days; so with DST."""
        self._rule(days=1)
        self.policy.tz = "Asia/Shanghai"
        for hour, expected in ((15, "2026-03-03 16:00"), (17, "2026-03-04 16:00")):
            with freeze_time(datetime(2026, 3, 2, hour, 30)):
                customer = self._new_customers(1, owner=self.agent_1)
                self._settle()
                self.assertEqual(f"{customer.recycle_on:%Y-%m-%d %H:%M}", expected)
        self.policy.tz = "America/New_York"  # its clocks go forward on the 8th
        with freeze_time(datetime(2026, 3, 7, 20)):
            customer = self._new_customers(1, owner=self.agent_1)
            self._settle()
            self.assertEqual(
                f"{customer.recycle_on:%Y-%m-%d %H:%M}", "2026-03-09 04:00"
            )

    @freeze_time(NOW)
    def test_rules_are_put_in_force_by_the_wizard_only(self):
        rule = self.env["crm.pool.recycle.rule"].create(
            {"name": "Sly", "policy_id": self.policy.id, "days": 1}
        )
        customer = self._new_customers(1, owner=self.agent_1)
        self.assertFalse(self._day(customer))
        with self.assertRaises(AccessError):
            rule.with_user(self.manager).write({"state": "force"})
        with self.assertRaises(AccessError):
            rule.with_user(self.manager).with_context(crm_pool_force=True).write(
                {"state": "force"}
            )
        with self.assertRaises(AccessError):
            rule.copy({"state": "force"})
        with self.assertRaises(AccessError):
            customer.with_user(self.manager).write({"recycle_on": False})
        with self.assertRaises(AccessError):
            rule.with_user(self.agent_1).write({"days": 99})

    @freeze_time(NOW)
    def test_sentence_on_the_form(self):
        self._rule(days=7)
        customer = self._new_customers(1, owner=self.agent_1)
        self._settle()
        partner = customer.partner_id.with_user(self.agent_1)
        self.assertIn("03/10/2026", partner.pool_recycle_text)
        self.assertIn("03/02/2026", partner.pool_recycle_text)
        self.assertFalse(customer.is_recycle_near)
        with freeze_time(NOW + timedelta(days=5)):
            customer.invalidate_recordset(["is_recycle_near"])
            self.assertTrue(customer.is_recycle_near)
            near = self.env["crm.pool.customer"].search(
                [("is_recycle_near", "=", True)]
            )
            self.assertIn(customer, near)

    def test_stored_is_computed_for_any_history(self):
        """Invariant 11: after any series of actions the stored date is that of a
        plain Python reading of the records."""
        self._rule(days=9)
        self._rule("gap", 12, stage_ids=[(6, 0, self._stage("target").ids)])
        self._rule("failed", 3, failure="not_interested", attempts=2)
        self._rule("failed", 4, failure="unreached", attempts=2)
        self._rule("protection", 2)
        with freeze_time(NOW):
            customers = self._new_customers(5, owner=self.agent_1)
        for seed in range(4):
            draw = random.Random(seed)
            for step in range(15):
                with freeze_time(NOW + timedelta(days=seed * 5, hours=step * 7)):
                    self._act(draw, draw.choice(customers))
                    self._settle()
            with self.subTest(seed=seed):
                for customer in customers:
                    self.assertEqual(
                        (customer.recycle_on, customer.recycle_rule_id.id),
                        self._naive_return(customer),
                    )

    def _act(self, draw, customer):
        mine = customer.with_user(self.manager)
        records = customer.record_ids
        codes = ["interested", "not_interested", "busy", "no_answer", None]
        now = fields.Datetime.now()
        action = draw.choice(
            [
                lambda: mine.action_claim(),
                lambda: mine.action_release("tidy"),
                lambda: mine.action_assign(self.agent_2.id, "spread"),
                lambda: mine.action_promote("potential"),
                lambda: mine.action_demote("target", "down"),
                lambda: self._protect(draw, customer),
                *[
                    lambda: self._record(
                        customer,
                        draw.choice(codes),
                        now - timedelta(hours=draw.randint(0, 30)),
                    )
                ]
                * 5,
                lambda: records[:1].unlink(),
                lambda: records[:1].write({"date": now}),
            ]
        )
        action()

    def _protect(self, draw, customer):
        if customer.owner_id:  # shared customers are never protected
            until = fields.Datetime.now() + timedelta(days=draw.randint(-3, 9))
            customer._write_pool({"protected_until": until})

    def _naive_return(self, customer):
        """From scratch, record by record, in Python."""
        customer.invalidate_recordset()
        if not customer.owner_id:
            return (False, False)
        claimed = self._aware(customer.claimed_at or customer.pool_entered_at)
        rules = [
            pure
            for rule in self.policy.recycle_rule_ids.sorted()
            for pure in rule._to_rules()
        ]
        facts = Facts(
            owner=customer.owner_id.id,
            claimed_at=claimed,
            last_contact_at=self._aware(customer.last_contact_at),
            protected_until=self._aware(customer.protected_until),
            pool_id=customer.pool_id.id,
            stage_id=customer.stage_id.id,
            failed_at=self._naive_failures(customer, claimed),
        )
        found = returns_at(rules, facts, self.policy._clock_finder())
        return (found[0].replace(tzinfo=None), found[1]) if found else (False, False)

    def _naive_failures(self, customer, claimed):
        """Since when the follow-up failed, by rule."""
        failed = {}
        records = customer.record_ids.sorted(lambda r: (r.date, r.id)).filtered(
            lambda r: self._aware(r.date) >= claimed
        )
        for rule in self.policy.recycle_rule_ids.filtered(
            lambda rule: rule.kind == "failed"
        ):
            row = []
            for record in records:
                outcome = record.outcome_id
                reached = not outcome or outcome.is_contact
                is_refusal = rule.failure == "not_interested"
                if outcome.is_not_interested if is_refusal else not reached:
                    row.append(self._aware(record.date))
                elif reached:
                    row = []
            if len(row) >= rule.attempts:
                failed[rule.id] = row[rule.attempts - 1]
        return failed

    def _aware(self, moment):
        return moment.replace(tzinfo=UTC, microsecond=0) if moment else None
