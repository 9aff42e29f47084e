from datetime import date

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import IncentiveCommon


@tagged("post_install", "-at_install")
class TestIncentiveSource(IncentiveCommon):
    """I2: what measures can count besides amounts of orders, invoices and payments."""

    def _credits(self, measure):
        self._run(1)
        credits = self.env["crm.incentive.credit"].search(
            [("measure_id", "=", measure.id), ("reversal_of_id", "=", False)]
        )
        return credits.filtered(lambda credit: not credit.reversal_ids)

    def _marked(self):
        self.env.flush_all()
        return {
            (mark.res_model, mark.res_id)
            for mark in self.env["crm.incentive.mark"].search([])
        }

    def _lead(self, **values):
        return self.env["crm.lead"].create(
            {
                "name": "Deal",
                "type": "opportunity",
                "partner_id": self.partner_a.id,
                "user_id": self.rep.id,
                "company_id": self.company.id,
                "expected_revenue": 700,
                **values,
            }
        )

    def test_i2_leads_won_are_counted_or_summed(self):
        number = self._measure("lead")
        revenue = self._measure("lead", counts="amount")
        self._plan(number, self._table())
        self._plan(revenue, self._table())
        lead = self._lead()
        self._lead()
        lead.action_set_won()
        lead.date_closed = "2026-01-10 10:00:00"
        self.assertEqual(self._credits(number).mapped("amount"), [1])
        credit = self._credits(revenue)
        self.assertEqual((credit.amount, credit.res_id), (700, lead.id))
        self.assertEqual(credit.participant_id, self.participant)
        lead.expected_revenue = 800
        self.assertIn(("crm.lead", lead.id), self._marked())
        lead.stage_id = self.env["crm.stage"].search([("is_won", "=", False)], limit=1)
        self.assertFalse(self._credits(number))

    def test_i2_contact_records_of_the_filter_count(self):
        measure = self._measure("contact", domain='[("channel", "=", "visit")]')
        self._plan(measure, self._table())
        customer = self.env["crm.pool.customer"].create(
            {"partner_id": self.partner_a.id, "company_id": self.company.id}
        )
        visit, _call = self.env["crm.contact.record"].create(
            [
                {
                    "customer_id": customer.id,
                    "user_id": self.rep.id,
                    "channel": channel,
                    "date": "2026-01-10 10:00:00",
                }
                for channel in ("visit", "call")
            ]
        )
        self.assertIn(("crm.contact.record", visit.id), self._marked())
        credit = self._credits(measure)
        self.assertEqual((credit.res_id, credit.amount), (visit.id, 1))
        visit.unlink()
        self.assertFalse(self._credits(measure))

    def test_i2_what_no_plan_counts_is_not_marked(self):
        self._plan(self._measure("order"), self._table())
        self._run(1)
        self._lead().action_set_won()
        self._invoice(date(2026, 1, 5), 100)
        self.assertFalse(self._marked())

    def test_i2_quantities_are_in_the_products_own_unit(self):
        ordered = self._measure("order", counts="quantity")
        invoiced = self._measure("invoice", counts="quantity")
        self._plan(ordered, self._table())
        self._plan(invoiced, self._table())
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner_a.id,
                "user_id": self.rep.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product_a.id,
                            "product_uom_qty": 2,
                            "product_uom_id": self.env.ref("uom.product_uom_dozen").id,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        order.date_order = "2026-01-10 02:00:00"
        self.assertEqual(self._credits(ordered).mapped("amount"), [24])
        invoice = self._invoice(date(2026, 1, 5), 100, 200)
        self._refund(invoice, date(2026, 1, 6))
        self.assertEqual(sum(self._credits(invoiced).mapped("amount")), 0)
        self.assertEqual(len(self._credits(invoiced)), 4)

    def test_i5_an_overlay_for_some_lines_only(self):
        seller = Command.create({"receiver": "salesperson", "share": "100"})
        overlay = {
            "receiver": "fixed",
            "participant_id": self.other_participant.id,
            "share": "50",
            "domain": '[("price_unit", ">=", 500)]',
        }
        with self.assertRaises(ValidationError):
            self._measure(rule_ids=[Command.create({**overlay, "share": "100"})])
        measure = self._measure(
            rule_ids=[seller, Command.create({**overlay, "kind": "overlay"})]
        )
        self._plan(measure, self._table())
        self._invoice(date(2026, 1, 5), 100, 800)
        found = {(c.participant_id, c.amount) for c in self._credits(measure)}
        self.assertEqual(
            found,
            {
                *((self.participant, amount) for amount in (100, 800)),
                (self.other_participant, 400),
            },
        )

    def test_i2_quantities_have_no_exchange_rate(self):
        currency = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        measure = self._measure("lead")
        with self.assertRaisesRegex(UserError, measure.name):
            self._plan(measure, self._table(), currency_id=currency.id)

    def test_i2_a_source_without_the_figure_is_refused(self):
        with self.assertRaises(ValidationError):
            self._measure("payment", counts="quantity")
