from datetime import date

from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

STANDARD = ((0, 5), (10000, 8))


class IncentiveCommon(AccountTestInvoicingCommon):
    """A company with its planner, approver and two representatives in 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        for group in (
            "crm_incentive.crm_incentive_group_manager",
            "crm_stage_pipeline.crm_stage_pipeline_group_manager",
        ):
            cls.env.user.group_ids += cls.env.ref(group)
        cls.rep, cls.other_rep = (
            cls._user(login, "crm_stage_pipeline.crm_stage_pipeline_group_user")
            for login in ("incentive_rep", "incentive_rep_2")
        )
        cls.planner = cls._user(
            "incentive_planner", "crm_incentive.crm_incentive_group_manager"
        )
        cls.approver = cls._user(
            "incentive_approver", "crm_incentive.crm_incentive_group_approver"
        )
        cls.participant, cls.other_participant = cls.env[
            "crm.incentive.participant"
        ].create(
            [
                {"partner_id": user.partner_id.id, "user_id": user.id}
                for user in (cls.rep, cls.other_rep)
            ]
        )
        cls.env["crm.incentive.period"].action_create_year(2026)

    @classmethod
    def _user(cls, login, group):
        return new_test_user(
            cls.env,
            login,
            groups=f"base.group_user,{group}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _period(cls, month):
        return cls.env["crm.incentive.period"].search(
            [
                ("company_id", "=", cls.company.id),
                ("date_from", "=", date(2026, month, 1)),
            ]
        )

    @classmethod
    def _measure(cls, source="invoice", **values):
        number = cls.env["crm.incentive.measure"].search_count([]) + 1
        return cls.env["crm.incentive.measure"].create(
            {"name": "Sales", "code": f"sales_{number}", "source": source, **values}
        )

    @classmethod
    def _table(cls, tiers=STANDARD, end=None):
        return cls.env["crm.incentive.rate.table"].create(
            {
                "name": "Table",
                "kind": "amount" if end else "rate",
                "end_bound": end or 0,
                "tier_ids": [
                    Command.create({"lower_bound": lower, "value": value})
                    for lower, value in tiers
                ],
            }
        )

    @classmethod
    def _plan(cls, measure, table, accumulation="quarter", people=None, **component):
        plan = cls.env["crm.incentive.plan"].create(
            {
                "name": "Plan",
                "accumulation": accumulation,
                "currency_id": component.pop("currency_id", cls.company.currency_id.id),
                "assignment_ids": [
                    Command.create(
                        {"participant_id": person.id, "date_from": date(2026, 1, 1)}
                    )
                    for person in people or cls.participant + cls.other_participant
                ],
                "version_ids": [
                    Command.create(
                        {
                            "date_from": date(2026, 1, 1),
                            "component_ids": [
                                Command.create(
                                    {
                                        "name": "Sales",
                                        "measure_id": measure.id,
                                        "rate_table_id": table.id,
                                        **component,
                                    }
                                )
                            ],
                        }
                    )
                ],
            }
        )
        plan.version_ids.action_approve()
        return plan

    @classmethod
    def _invoice(cls, day, *amounts, user=None, currency=None, tax=False, post=True):
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.partner_a.id,
                "invoice_date": day,
                "date": day,
                "invoice_user_id": (user or cls.rep).id,
                "currency_id": (currency or cls.company.currency_id).id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": cls.product_a.id,
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [
                                Command.set(cls.company.account_sale_tax_id.ids)
                            ]
                            if tax
                            else [Command.clear()],
                        }
                    )
                    for amount in amounts
                ],
            }
        )
        if post:
            invoice.action_post()
        return invoice

    @classmethod
    def _refund(cls, invoice, day, *amounts):
        refund = invoice._reverse_moves(
            [{"invoice_date": day, "date": day, "invoice_user_id": cls.other_rep.id}]
        )
        if amounts:
            for line, amount in zip(refund.invoice_line_ids, amounts, strict=True):
                line.price_unit = amount
        refund.action_post()
        return refund

    @classmethod
    def _pay(cls, invoice, day, amount=None):
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"payment_date": day, **({"amount": amount} if amount else {})})
        )
        return wizard._create_payments()

    @classmethod
    def _run(cls, month, user=None):
        run = (
            cls.env["crm.incentive.run"]
            .with_user(user or cls.planner)
            .create({"period_id": cls._period(month).id})
        )
        run.action_run()
        return run.sudo()

    @classmethod
    def _statement(cls, month, participant=None):
        return cls.env["crm.incentive.statement"].search(
            [
                ("period_id", "=", cls._period(month).id),
                ("participant_id", "=", (participant or cls.participant).id),
            ]
        )

    @classmethod
    def _post_statements(cls, month):
        statements = cls.env["crm.incentive.statement"].search(
            [("period_id", "=", cls._period(month).id)]
        )
        statements.with_user(cls.planner).action_submit()
        statements.with_user(cls.approver).action_approve()
        statements.with_user(cls.planner).action_post()
        return statements

    def _assert_unchanged(self, run):
        """The run found nothing to write."""
        counts = (
            "credits_added",
            "credits_reversed",
            "entries_added",
            "entries_reversed",
        )
        self.assertEqual([run[name] for name in counts], [0] * 4)
        self.assertFalse(run.line_ids)
