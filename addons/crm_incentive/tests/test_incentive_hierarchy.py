from datetime import date, datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import IncentiveCommon


@tagged("post_install", "-at_install")
class TestIncentiveHierarchy(IncentiveCommon):
    """I5: roll-up over an effective-dated tree, relations that users define."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss, cls.top = (
            cls._user(login, "crm_stage_pipeline.crm_stage_pipeline_group_user")
            for login in ("incentive_boss", "incentive_top")
        )
        cls.boss_payee, cls.top_payee = cls.env["crm.incentive.participant"].create(
            [
                {"partner_id": user.partner_id.id, "user_id": user.id}
                for user in (cls.boss, cls.top)
            ]
        )

    @classmethod
    def _above(cls, below, above, first=date(2026, 1, 1), last=False):
        return cls.env["crm.incentive.participant.manager"].create(
            {
                "participant_id": below.id,
                "manager_id": above.id,
                "date_from": first,
                "date_to": last,
            }
        )

    def _overlay(self, receiver, **values):
        """A measure that credits the salesperson, and a receiver beside him."""
        extra = {"receiver": receiver, "kind": "overlay", "share": "10", **values}
        measure = self._measure(
            rule_ids=[
                Command.create({"receiver": "salesperson", "share": "100"}),
                Command.create(extra),
            ]
        )
        self._plan(measure, self._table())
        return measure

    def _credited(self, measure):
        """{participant: sum of the credits in force}."""
        credits = self.env["crm.incentive.credit"].search(
            [
                ("measure_id", "=", measure.id),
                ("reversal_of_id", "=", False),
                ("reversal_ids", "=", False),
            ]
        )
        return {
            person: round(sum(each.mapped("amount")), 2)
            for person, each in credits.grouped("participant_id").items()
        }

    def test_i5_superiors_of_the_day_get_their_overlay(self):
        self._above(self.participant, self.boss_payee, last=date(2026, 1, 31))
        self._above(self.participant, self.top_payee, date(2026, 2, 1))
        self._above(self.boss_payee, self.top_payee, date(2026, 1, 15))
        measure = self._overlay("superior")
        self._invoice(date(2026, 1, 5), 1000)
        self._invoice(date(2026, 1, 20), 100)
        self._invoice(date(2026, 2, 5), 10)
        self._run(2)
        self.assertEqual(
            self._credited(measure),
            {self.participant: 1110, self.boss_payee: 110, self.top_payee: 11},
        )
        self._assert_unchanged(self._run(2))

    def test_i5_only_so_many_levels(self):
        self._above(self.participant, self.boss_payee)
        self._above(self.boss_payee, self.top_payee)
        one = self._overlay("superior", levels=1)
        self._invoice(date(2026, 1, 5), 1000)
        self._run(1)
        self.assertEqual(
            self._credited(one), {self.participant: 1000, self.boss_payee: 100}
        )

    def test_i5_a_circle_is_refused_with_its_path(self):
        self._above(self.participant, self.boss_payee, date(2026, 3, 1))
        self._above(self.boss_payee, self.top_payee, last=date(2026, 6, 30))
        with self.assertRaises(ValidationError) as refused:
            self._above(self.top_payee, self.participant, date(2026, 2, 1))
        circle = refused.exception.args[0].split(": ", 1)[1].split(" → ")
        people = self.participant + self.boss_payee + self.top_payee
        self.assertEqual((circle[0], len(circle)), (circle[-1], 4))
        self.assertEqual(set(circle), set(people.mapped("name")))
        self._above(self.top_payee, self.participant, date(2026, 7, 1))

    def test_i5_what_superiors_get_is_no_part_of_the_deal(self):
        with self.assertRaises(ValidationError):
            self._overlay("superior", kind="direct")

    def test_i5_the_last_caller_before_the_day(self):
        customer = self.env["crm.pool.customer"]._row_for(self.partner_a, self.company)
        with freeze_time("2026-01-10 08:00:00"):
            for user, hour in ((self.boss, 1), (self.top, 2)):
                self.env["crm.contact.record"].with_user(user).sudo().create(
                    {
                        "customer_id": customer.id,
                        "user_id": user.id,
                        "channel": "call",
                        "date": datetime(2026, 1, 3 + 3 * hour, hour),
                        "outcome_id": self.env.ref(
                            "crm_stage_pipeline.crm_contact_outcome_interested"
                        ).id,
                    }
                )
        measure = self._overlay("caller")
        self._invoice(date(2026, 1, 7), 1000)
        self._invoice(date(2026, 1, 9), 10)
        self._run(1)
        self.assertEqual(
            self._credited(measure),
            {self.participant: 1010, self.boss_payee: 100, self.top_payee: 1},
        )

    def test_i5_the_team_leader(self):
        self.env["crm.team"].create(
            {
                "name": "Inside",
                "company_id": self.company.id,
                "user_id": self.boss.id,
                "member_ids": [Command.set(self.rep.ids)],
            }
        )
        measure = self._overlay("leader")
        self._invoice(date(2026, 1, 5), 1000)
        self._invoice(date(2026, 1, 5), 500, user=self.other_rep)
        self._run(1)
        self.assertEqual(
            self._credited(measure),
            {
                self.participant: 1000,
                self.other_participant: 500,
                self.boss_payee: 100,
            },
        )

    def test_i5_a_relation_of_ones_own(self):
        role = self.env["crm.incentive.role"].create(
            {
                "name": "Account manager",
                "line_ids": [
                    Command.create(
                        {
                            "partner_id": self.partner_a.id,
                            "participant_id": self.top_payee.id,
                            "date_from": date(2026, 1, 10),
                        }
                    )
                ],
            }
        )
        measure = self._overlay("role", role_id=role.id)
        self._invoice(date(2026, 1, 5), 1000)
        self._invoice(date(2026, 1, 15), 10)
        self._run(1)
        self.assertEqual(
            self._credited(measure), {self.participant: 1010, self.top_payee: 1}
        )

    def test_g65_superiors_read_their_subtree_only(self):
        self._above(self.participant, self.boss_payee)
        self._above(self.boss_payee, self.top_payee)
        self._plan(self._measure(), self._table())
        self._invoice(date(2026, 1, 5), 1000)
        self._invoice(date(2026, 1, 6), 2000, user=self.other_rep)
        self._run(1)
        for model in ("statement", "entry", "credit", "statement.line"):
            records = self.env[f"crm.incentive.{model}"]
            for user in (self.boss, self.top):
                found = records.with_user(user).search([])
                self.assertEqual(
                    found.sudo().participant_id, self.participant, (model, user.login)
                )
                self.assertFalse(found[0].has_access("write"))
        statement = self._statement(1)
        self.assertEqual(statement.with_user(self.boss).earned, 50)
        for action in ("action_submit", "action_approve", "action_post"):
            with self.assertRaises(AccessError):
                getattr(statement.with_user(self.boss), action)()
        with self.assertRaises(AccessError):
            self._statement(1, self.other_participant).with_user(self.boss).read(
                ["earned"]
            )

    def test_g65_yesterdays_superior_reads_nothing(self):
        self._above(self.participant, self.boss_payee, last=date(2026, 1, 31))
        self._plan(self._measure(), self._table())
        self._invoice(date(2026, 1, 5), 1000)
        self._run(1)
        seen = self.env["crm.incentive.statement"].with_user(self.boss)
        with freeze_time("2026-01-31 06:00:00"):
            self.assertEqual(seen.search([]).sudo().participant_id, self.participant)
        with freeze_time("2026-02-02 06:00:00"):
            self.assertFalse(seen.search([]))

    def test_i1_a_team_is_on_a_plan(self):
        team = self.env["crm.team"].create(
            {"name": "Inside", "company_id": self.company.id}
        )
        team.member_ids = self.rep + self.boss
        self.env.cr.execute(
            "UPDATE crm_team_member SET create_date = '2026-01-10' WHERE id = ANY(%s)",
            [team.crm_team_member_ids.ids],
        )
        self.env.invalidate_all()
        plan = self._plan(self._measure(), self._table(), people=self.top_payee)
        line = self.env["crm.incentive.plan.team"].create(
            {
                "plan_id": plan.id,
                "team_id": team.id,
                "date_from": date(2026, 1, 1),
            }
        )
        self._invoice(date(2026, 1, 20), 1000)
        self._run(1)
        people = plan.assignment_ids.filtered("team_line_id").participant_id
        self.assertEqual(people, self.participant + self.boss_payee)
        self.assertEqual(self._statement(1).earned, 50)
        count = len(plan.assignment_ids)
        self._run(1)
        self.assertEqual(len(plan.assignment_ids), count)
        with self.assertRaises(UserError):
            line.unlink()
        line.date_to = date(2026, 1, 15)
        self._run(1)
        self.assertEqual(self._statement(1).earned, 0)


@tagged("post_install", "-at_install")
class TestIncentiveAttainment(IncentiveCommon):
    """I12, I13: target and actual per person; the ranking shows no pay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure = cls._measure()
        cls._plan(cls.measure, cls._table())
        cls.env["crm.incentive.quota"].create(
            [
                {
                    "participant_id": person.id,
                    "measure_id": cls.measure.id,
                    "date_from": date(2026, 1, 1),
                    "date_to": date(2026, 3, 31),
                    "currency_id": cls.company.currency_id.id,
                    "amount": amount,
                }
                for person, amount in (
                    (cls.participant, 1000),
                    (cls.other_participant, 4000),
                )
            ]
        )

    def test_i13_reached_of_the_target(self):
        euro = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        first = self._invoice(date(2026, 1, 5), 800)
        self._invoice(date(2026, 2, 5), 250, currency=euro)
        self._invoice(date(2026, 4, 5), 9999)
        self._invoice(date(2026, 3, 31), 1000, user=self.other_rep)
        self._refund(first, date(2026, 3, 1), 100)
        self._run(4)
        rows = self.env["crm.incentive.attainment"].search([], order="rank")
        self.assertEqual(
            [
                (r.participant_id, r.target, r.achieved, r.missing, r.attainment)
                for r in rows
            ],
            [
                (self.participant, 1000, 1200, 0, 120),
                (self.other_participant, 4000, 1000, 3000, 25),
            ],
        )
        self.assertEqual(rows.mapped("rank"), [1, 2])
        action = rows[0].action_view_credits()
        credits = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(sum(credits.mapped("amount")), 800 + 250 - 100)

    def test_i13_representatives_see_their_own_targets(self):
        for user, person in (
            (self.rep, self.participant),
            (self.other_rep, self.other_participant),
        ):
            rows = self.env["crm.incentive.attainment"].with_user(user).search([])
            self.assertEqual(rows.participant_id, person)

    def test_i12_everybody_reads_the_ranking_and_nobody_pay(self):
        self._invoice(date(2026, 1, 5), 400)
        self._invoice(date(2026, 1, 5), 2000, user=self.other_rep)
        self._run(1)
        ranking = self.env["crm.incentive.ranking"].with_user(self.rep)
        rows = ranking.search([], order="rank")
        self.assertEqual(rows.mapped("attainment"), [50, 40])
        self.assertEqual(
            rows.mapped("name"), [self.other_participant.name, self.participant.name]
        )
        self.assertFalse(
            [
                name
                for name, field in ranking._fields.items()
                if field.type == "monetary"
            ]
        )
        self.other_participant.is_ranked = False
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(ranking.search([]).name, self.participant.name)
