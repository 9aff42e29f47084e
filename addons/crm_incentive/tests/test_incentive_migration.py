from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import IncentiveCommon

# the columns that commission_oca 19.0.2.0.0 and account_commission_oca 19.0.1.0.1 make
OCA = """
CREATE TABLE commission (
    id serial PRIMARY KEY, create_uid integer, write_uid integer, name varchar NOT NULL,
    commission_type varchar NOT NULL, amount_base_type varchar NOT NULL,
    settlement_type varchar, active boolean, create_date timestamp,
    write_date timestamp, fix_qty double precision, invoice_state varchar);
CREATE TABLE commission_section (
    id serial PRIMARY KEY, commission_id integer, create_uid integer,
    write_uid integer, create_date timestamp, write_date timestamp,
    amount_from double precision, amount_to double precision,
    percent double precision NOT NULL);
CREATE TABLE commission_settlement (
    id serial PRIMARY KEY, message_main_attachment_id integer,
    agent_id integer NOT NULL, currency_id integer NOT NULL,
    company_id integer NOT NULL, create_uid integer, write_uid integer, name varchar,
    settlement_type varchar NOT NULL, state varchar NOT NULL, date_from date NOT NULL,
    date_to date NOT NULL, can_edit boolean, create_date timestamp,
    write_date timestamp, total double precision, invoice_id integer);
CREATE TABLE commission_settlement_line (
    id serial PRIMARY KEY, settlement_id integer NOT NULL, agent_id integer,
    currency_id integer, commission_id integer NOT NULL, company_id integer,
    create_uid integer, write_uid integer, date date NOT NULL,
    settled_amount numeric, create_date timestamp, write_date timestamp,
    invoice_agent_line_id integer, invoice_line_id integer);
CREATE TABLE account_invoice_line_agent (
    id serial PRIMARY KEY, object_id integer NOT NULL, agent_id integer NOT NULL,
    commission_id integer NOT NULL, invoice_id integer, company_id integer,
    create_uid integer, write_uid integer, invoice_date date, amount numeric,
    settled boolean, create_date timestamp, write_date timestamp);
CREATE TABLE partner_agent_rel (partner_id integer NOT NULL, agent_id integer NOT NULL);
ALTER TABLE res_partner ADD COLUMN agent boolean, ADD COLUMN agent_type varchar,
    ADD COLUMN commission_id integer, ADD COLUMN settlement varchar;
"""


@tagged("post_install", "-at_install")
class TestIncentiveMigration(IncentiveCommon):
    """I1, I8: plans, agents and what is owed are taken over from OCA's tables."""

    def _fill(self):
        cr = self.env.cr
        self.env.flush_all()
        cr.execute(OCA)
        cr.execute(
            """
            INSERT INTO commission (name, commission_type, amount_base_type, active,
                                    fix_qty, invoice_state)
            VALUES ('Five', 'fixed', 'gross_amount', TRUE, 5, 'open'),
                   ('Steps', 'section', 'gross_amount', TRUE, 0, 'paid'),
                   ('Crossed', 'section', 'gross_amount', TRUE, 0, 'open'),
                   ('Old', 'fixed', 'gross_amount', FALSE, 9, 'open');
            INSERT INTO commission_section (commission_id, amount_from, amount_to,
                                            percent)
            VALUES (2, 100, 999, 1), (2, 1000, 1999, 5), (2, 5000, 9000, 7),
                   (3, 0, 1000, 1), (3, 500, 2000, 2);
            """
        )
        cr.execute(
            "UPDATE res_partner SET agent = TRUE, commission_id = 1 WHERE id = ANY(%s)",
            [[self.rep.partner_id.id, self.partner_b.id]],
        )
        cr.execute(
            "INSERT INTO partner_agent_rel VALUES (%(customer)s, %(rep)s),"
            " (%(customer)s, %(other)s)",
            {
                "customer": self.partner_a.id,
                "rep": self.rep.partner_id.id,
                "other": self.partner_b.id,
            },
        )
        for state, amount in (("settled", 40), ("invoiced", 50), ("cancel", 60)):
            self._settle(state, amount)

    def _settle(self, state, amount):
        cr = self.env.cr
        cr.execute(
            """
            INSERT INTO commission_settlement (agent_id, currency_id, company_id,
                settlement_type, state, date_from, date_to)
            VALUES (%s, %s, %s, 'sale_invoice', %s, '2026-01-01', '2026-01-31')
            RETURNING id
            """,
            [
                *(self.partner_b.id, self.company.currency_id.id),
                *(self.company.id, state),
            ],
        )
        cr.execute(
            """
            INSERT INTO commission_settlement_line (settlement_id, commission_id, date,
                settled_amount) VALUES (%s, 1, '2026-01-15', %s)
            """,
            [cr.fetchone()[0], amount],
        )

    def _unsettled(self, invoice, amount, settled):
        self.env.cr.execute(
            """
            INSERT INTO account_invoice_line_agent (object_id, agent_id, commission_id,
                invoice_id, amount, settled) VALUES (%s, %s, 1, %s, %s, %s)
            """,
            [
                *(invoice.invoice_line_ids.id, self.partner_b.id, invoice.id),
                *(amount, settled),
            ],
        )

    def _migration(self, **values):
        return (
            self.env["crm.incentive.migration"]
            .with_user(self.planner)
            .create({"date_from": date(2026, 2, 1), **values})
        )

    def test_i1_plans_come_as_drafts_and_pay_as_before(self):
        self._fill()
        migration = self._migration()
        migration.action_preview()
        self.assertFalse(self.env["crm.incentive.plan"].search([]))
        fates = {line.name: line.is_taken for line in migration.line_ids}
        self.assertTrue(fates["Five"] and fates["Steps"])
        self.assertFalse(fates["Crossed"])
        self.assertNotIn("Old", fates)
        migration.action_migrate()
        plans = self.env["crm.incentive.plan"].search([], order="id")
        self.assertEqual(plans.mapped("name"), ["Five", "Steps"])
        self.assertEqual(set(plans.version_ids.mapped("state")), {"draft"})
        tiers = plans[1].version_ids.component_ids.rate_table_id.tier_ids
        self.assertEqual(
            [(tier.lower_bound, tier.value) for tier in tiers.sorted("lower_bound")],
            [(0, 0), (100, 1), (1000, 5), (1999.01, 0), (5000, 7), (9000.01, 0)],
        )
        self.assertEqual(
            plans.version_ids.component_ids.measure_id.mapped("source"),
            ["invoice", "payment"],
        )
        plans[0].version_ids.action_approve()
        self._invoice(date(2026, 2, 5), 1000, user=self.other_rep)
        self._run(2)
        other = self.env["crm.incentive.participant"].search(
            [("partner_id", "=", self.partner_b.id)]
        )
        self.assertEqual(other.kind, "reseller")
        # both agents of the customer have the commission on the whole line
        for person in (self.participant, other):
            self.assertEqual(self._statement(2, person).earned, 50)

    def test_i8_what_is_owed_becomes_adjustments_once(self):
        self._fill()
        self._unsettled(self._invoice(date(2026, 1, 20), 300), 15, False)
        self._unsettled(self._invoice(date(2026, 1, 21), 300), 16, True)
        self._unsettled(self._invoice(date(2026, 2, 20), 300), 17, False)
        self._migration().action_migrate()
        asked = self.env["crm.incentive.adjustment"].search([])
        self.assertEqual(sorted(asked.mapped("amount")), [15, 40])
        self.assertEqual(set(asked.mapped("state")), {"asked"})
        self.assertEqual(asked.period_id, self._period(2))
        asked.with_user(self.approver).action_approve()
        plans = self.env["crm.incentive.plan"].search_count([])
        again = self._migration()
        again.action_migrate()
        self.assertEqual(self.env["crm.incentive.adjustment"].search([]), asked)
        self.assertEqual(self.env["crm.incentive.plan"].search_count([]), plans)
        self.assertFalse(any(again.line_ids.mapped("is_taken")))

    def test_i1_the_day_proposed_is_after_the_last_settlement(self):
        self._fill()
        self.env.cr.execute("UPDATE commission_settlement SET date_to = '2999-12-31'")
        migration = self.env["crm.incentive.migration"].create({})
        self.assertEqual(migration.date_from, date(3000, 1, 1))

    def test_i1_without_oca_there_is_nothing(self):
        with self.assertRaisesRegex(UserError, "commission"):
            self._migration().action_preview()

    def test_i1_representatives_migrate_nothing(self):
        with self.assertRaises(AccessError):
            self.env["crm.incentive.migration"].with_user(self.rep).create({})
