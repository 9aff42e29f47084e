from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .test_incentive_formula import FormulaCommon


@tagged("post_install", "-at_install")
class TestIncentiveForecast(FormulaCommon):
    """I11: what open deals would earn, the next tier, a draft replayed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._plan(cls.measure, cls._table())
        cls._invoice(date(2026, 1, 5), 8000)
        cls._run(1)

    def _order(self, amount, user=None, lead=None):
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner_a.id,
                "user_id": (user or self.rep).id,
                "opportunity_id": lead and lead.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product_a.id,
                            "product_uom_qty": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )

    def _lead(self, amount, probability):
        lead = self.env["crm.lead"].create(
            {
                "name": "Fair",
                "type": "opportunity",
                "user_id": self.rep.id,
                "company_id": self.company.id,
                "expected_revenue": amount,
            }
        )
        lead.probability = probability
        return lead

    def _forecast(self, user=None, **values):
        with freeze_time("2026-02-10 04:00:00"):
            return (
                self.env["crm.incentive.forecast"]
                .with_user(user or self.rep)
                .create(values)
            )

    def test_i11_a_quotation_slice_by_slice(self):
        order = self._order(3000)
        forecast = self._forecast()
        line = forecast.line_ids
        self.assertEqual(
            (line.total, line.earned, line.next_value, line.distance),
            (8000, 400, 8, 2000),
        )
        deal = forecast.deal_ids
        self.assertEqual((deal.res_model, deal.res_id), ("sale.order", order.id))
        self.assertEqual((deal.base, deal.worth), (3000, 100 + 80))
        for text in ("2,000.00 at 5 %", "1,000.00 at 8 %"):
            self.assertIn(text, deal.working.replace("\xa0", " "))
        order.action_confirm()
        self.assertFalse(self._forecast().deal_ids)

    def test_i11_the_forecast_is_what_the_run_pays(self):
        order = self._order(3456.78)
        worth = self._forecast().deal_ids.worth
        before = sum(self._statement(1).mapped("earned"))
        order.action_confirm()
        self._invoice(date(2026, 2, 10), 3456.78)
        self._run(2)
        self.assertEqual(before, 400)
        self.assertAlmostEqual(self._statement(2).earned, worth, 2)

    def test_i11_an_opportunity_counts_by_its_probability(self):
        self._lead(1000, 50)
        quoted = self._lead(700, 50)
        self._order(100, lead=quoted)
        deals = self._forecast().deal_ids
        self.assertEqual(
            {(deal.res_model, deal.base, deal.worth) for deal in deals},
            {("crm.lead", 500, 25), ("sale.order", 100, 5)},
        )

    def test_i11_by_formula(self):
        formula = self._formula("bonus", "100 if sold >= 9000 else 0")
        self._formula_plan(formula, "quarter")
        self._order(1000)
        forecast = self._forecast()
        worth = {d.component_id.name: d.worth for d in forecast.deal_ids}
        self.assertEqual(worth, {"Sales": 50, "Bonus": 100})

    def test_i11_a_forecast_writes_nothing(self):
        self._order(3000)
        models = ("credit", "entry", "statement", "run")
        counts = [self.env[f"crm.incentive.{m}"].search_count([]) for m in models]
        self._forecast()
        self.assertEqual(
            [self.env[f"crm.incentive.{m}"].search_count([]) for m in models], counts
        )

    def test_i11_anothers_forecast_is_closed(self):
        with self.assertRaises(AccessError):
            self._forecast(user=self.other_rep, participant_id=self.participant.id)
        mine = self._forecast(user=self.other_rep)
        with self.assertRaises(AccessError):
            mine.participant_id = self.participant
        self.assertTrue(
            self._forecast(user=self.planner, participant_id=self.participant.id)
        )
        with self.assertRaises(AccessError):
            self._forecast().with_user(self.other_rep).read(["line_ids"])

    def _replay(self, version, first, last):
        replay = (
            self.env["crm.incentive.replay"]
            .with_user(self.planner)
            .create(
                {"version_id": version.id, "date_from": first, "date_to": last},
            )
        )
        replay.action_replay()
        return replay

    def test_i11_a_draft_beside_the_live_plan(self):
        self._invoice(date(2026, 2, 5), 6000)
        self._run(2)
        draft = self.plan.version_ids.copy({"date_from": date(2027, 1, 1)})
        draft.component_ids.rate_table_id = self._table(((0, 10),))
        replay = self._replay(draft, date(2026, 1, 1), date(2026, 3, 31))
        line = replay.line_ids.filtered(lambda r: r.participant_id == self.participant)
        self.assertEqual((line.earned, line.replayed), (820, 1400))
        self.assertEqual(replay.difference, 580)
        self.assertEqual(draft.state, "draft")
        live = self._replay(
            self.plan.version_ids.filtered(lambda v: v.state == "approved"),
            date(2026, 1, 1),
            date(2026, 3, 31),
        )
        self.assertEqual(live.difference, 0)
        with self.assertRaises(AccessError):
            self.env["crm.incentive.replay"].with_user(self.rep).create({})

    def test_i11_a_replay_needs_credits(self):
        draft = self.plan.version_ids.copy({"date_from": date(2027, 1, 1)})
        draft.component_ids.measure_id = self._measure("order")
        with self.assertRaisesRegex(UserError, "no run has credited"):
            self._replay(draft, date(2026, 1, 1), date(2026, 3, 31))


@tagged("post_install", "-at_install")
class TestIncentiveAlarm(FormulaCommon):
    """I7: the ledger equals its sums, and the nightly check says when it does not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._plan(cls.measure, cls._table())
        first = cls._invoice(date(2026, 1, 5), 6000.33, 33.35)
        cls._invoice(date(2026, 1, 20), 8000)
        cls._invoice(date(2026, 1, 21), 17.77, user=cls.other_rep)
        cls._run(1)
        cls._post_statements(1)
        cls._refund(first, date(2026, 2, 3), 5000, 10)
        cls._invoice(date(2026, 1, 28), 1000)
        cls._run(2)

    def _alarms(self):
        self.env["crm.incentive.alarm"].sudo()._cron_check()
        return self.env["crm.incentive.alarm"].search([("is_open", "=", True)])

    def test_i7_a_right_ledger_raises_nothing(self):
        self.assertFalse(self._alarms())
        for mode in ("retroactive",):
            self._plan(self.measure, self._table(), mode=mode)
        self._plan(self.measure, self._table(), scope="transaction")
        self._run(2)
        self.assertFalse(self._alarms())

    @mute_logger("odoo.addons.crm_incentive.models.crm_incentive_aggregate")
    def test_i7_a_wrong_entry_raises_an_alarm_once(self):
        entry = self._statement(2).entry_ids[0]
        self.env.cr.execute(
            "UPDATE crm_incentive_entry SET amount_exact = amount_exact + 1,"
            " amount = amount + 1 WHERE id = %s",
            [entry.id],
        )
        alarm = self._alarms()
        self.assertEqual(
            (alarm.participant_id, alarm.plan_id), (self.participant, self.plan)
        )
        self.assertAlmostEqual(alarm.stated - alarm.right, 1, 1)
        self.assertEqual(self._alarms(), alarm)
        self.assertIn("nightly check", self.plan.message_ids[0].body)
        self.env.cr.execute(
            "UPDATE crm_incentive_entry SET amount_exact = amount_exact - 1,"
            " amount = amount - 1 WHERE id = %s",
            [entry.id],
        )
        self.assertFalse(self._alarms())
        self.assertFalse(alarm.is_open)

    @mute_logger("odoo.addons.crm_incentive.models.crm_incentive_aggregate")
    def test_i7_a_lost_credit_raises_an_alarm(self):
        credit = self._statement(2).entry_ids.credit_id[0]
        self.env.cr.execute(
            "UPDATE crm_incentive_credit SET amount = amount * 2 WHERE id = %s",
            [credit.id],
        )
        self.assertTrue(self._alarms())


@tagged("post_install", "-at_install")
class TestIncentivePlanComment(FormulaCommon):
    """G66: participants comment on a plan and propose; they change nothing."""

    def test_g66_a_participant_proposes_and_the_planner_answers(self):
        plan = self._plan(self.measure, self._table())
        for user in (self.rep, self.planner):
            plan.with_user(user).message_post(
                body=f"From {user.login}",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        bodies = "".join(plan.message_ids.mapped("body"))
        for user in (self.rep, self.planner):
            self.assertIn(f"From {user.login}", bodies)
        with self.assertRaises(AccessError):
            plan.with_user(self.rep).name = "Mine"
        with self.assertRaises(AccessError):
            plan.version_ids.with_user(self.rep).action_approve()
