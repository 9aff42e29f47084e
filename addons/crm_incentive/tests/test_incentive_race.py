import threading
from datetime import date
from functools import partial

import psycopg2

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_stage_pipeline.tests.common import CursorCase


@tagged("post_install", "-at_install", "race")
class TestIncentiveRace(CursorCase):
    """I7: two runs at once write once, each on a connection of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls._remove)
        with cls._environment() as env:
            company = env["res.company"].create({"name": f"Race {env.cr.now()}"})
            cls.company_id = company.id
            env = env(context={"allowed_company_ids": company.ids})
            cls._fill(env, company)
            env.cr.flush()
            env.cr.commit()

    @classmethod
    def _fill(cls, env, company):
        """A person with five confirmed orders on a plan; periods of 2026."""
        partner = env["res.partner"].create({"name": "Race Payee"})
        person = env["crm.incentive.participant"].create(
            {"partner_id": partner.id, "company_id": company.id, "kind": "reseller"}
        )
        measure = env["crm.incentive.measure"].create(
            {
                "name": "Ordered",
                "code": "ordered",
                "source": "order",
                "company_id": company.id,
                "rule_ids": [
                    Command.create({"receiver": "fixed", "participant_id": person.id})
                ],
            }
        )
        table = env["crm.incentive.rate.table"].create(
            {
                "name": "Ten",
                "company_id": company.id,
                "tier_ids": [Command.create({"lower_bound": 0, "value": 10})],
            }
        )
        cls._put_on_plan(env, company, person, measure, table)
        cls._sell(env, company, partner)

    @classmethod
    def _put_on_plan(cls, env, company, person, measure, table):
        plan = env["crm.incentive.plan"].create(
            {
                "name": "Race",
                "company_id": company.id,
                "currency_id": company.currency_id.id,
                "assignment_ids": [
                    Command.create(
                        {"participant_id": person.id, "date_from": date(2026, 1, 1)}
                    )
                ],
                "version_ids": [
                    Command.create(
                        {
                            "date_from": date(2026, 1, 1),
                            "component_ids": [
                                Command.create(
                                    {
                                        "name": "Orders",
                                        "measure_id": measure.id,
                                        "rate_table_id": table.id,
                                    }
                                )
                            ],
                        }
                    )
                ],
            }
        )
        plan.version_ids.action_approve()
        env["crm.incentive.period"].with_company(company).action_create_year(2026)

    @classmethod
    def _sell(cls, env, company, partner):
        """Five confirmed orders of 100."""
        product = env["product.product"].create({"name": "Race", "type": "service"})
        orders = env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "price_unit": 100,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
                for _number in range(5)
            ]
        )
        orders.write({"state": "sale", "date_order": "2026-01-10 10:00:00"})
        cls.order_ids = orders.ids

    @classmethod
    def _remove(cls):
        """Everything of the company's incentives, and its orders."""
        tables = (
            *("entry", "run_line", "credit", "statement", "run", "period"),
            *("plan_component", "plan_version", "plan_assignment", "plan"),
            *("credit_rule", "measure", "rate_tier", "rate_table", "participant"),
        )
        with cls._environment() as env:
            for name in ("statement", "entry", "credit"):
                env.cr.execute(
                    f"UPDATE crm_incentive_{name} SET run_id = NULL"
                    " WHERE company_id = %s",
                    [cls.company_id],
                )
            for name in tables:
                env.cr.execute(
                    f"DELETE FROM crm_incentive_{name} WHERE company_id = %s",
                    [cls.company_id],
                )
            env.cr.execute(
                "DELETE FROM sale_order_line WHERE order_id = ANY(%(ids)s);"
                "DELETE FROM sale_order WHERE id = ANY(%(ids)s)",
                {"ids": cls.order_ids},
            )
            env.cr.commit()

    def setUp(self):
        super().setUp()
        self._reset()

    def _reset(self):
        with self._environment() as env:
            for name in ("entry", "credit"):
                env.cr.execute(
                    f"DELETE FROM crm_incentive_{name} WHERE company_id = %s",
                    [self.company_id],
                )
            env.cr.commit()

    def _run_at_once(self, count=2):
        """Errors of ``count`` runs that begin together."""
        barrier = threading.Barrier(count)
        errors = []

        def work():
            with self._environment() as env:
                env = env(context={"allowed_company_ids": [self.company_id]})
                period = env["crm.incentive.period"].search(
                    [
                        ("company_id", "=", self.company_id),
                        ("date_from", "=", date(2026, 1, 1)),
                    ]
                )
                waited = []

                def attempt():
                    run = env["crm.incentive.run"].create(
                        {"period_id": period.id, "company_id": self.company_id}
                    )
                    if not waited:
                        waited.append(barrier.wait(60))
                    run.action_run()

                try:
                    retrying(partial(attempt), env)
                except (psycopg2.Error, ValidationError) as error:
                    errors.append(error)

        threads = [threading.Thread(target=work) for _number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(180)
        return errors

    def _sums(self):
        """(number, sum) of credits, the same of entries, and what is earned."""
        with self._environment() as env:
            result = []
            for name in ("credit", "entry"):
                env.cr.execute(
                    f"SELECT COUNT(*), SUM(amount) FROM crm_incentive_{name}"
                    " WHERE company_id = %s",
                    [self.company_id],
                )
                result.append(tuple(map(float, env.cr.fetchone())))
            statements = env["crm.incentive.statement"].search(
                [("company_id", "=", self.company_id), ("earned", ">", 0)]
            )
            return (*result, statements.mapped("earned"))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_i7_two_runs_at_once_write_once(self):
        self.assertFalse(self._run_at_once())
        self.assertEqual(self._sums(), ((5, 500), (5, 50), [50]))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_i7_without_the_guard_they_collide(self):
        with self._environment() as env:
            self.patch(env.registry["crm.incentive.run"], "_guard", lambda run: None)
        [error] = self._run_at_once()
        self.assertIsInstance(error, ValidationError)
        self.assertIn("crm_incentive_credit_natural_unique", str(error))
