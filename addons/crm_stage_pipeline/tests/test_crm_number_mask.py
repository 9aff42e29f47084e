from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..numbering.masking import is_masked
from .mask_case import MaskCase, tells

FIELDS = ("phone", "phone_sanitized", "mobile", "fax", "home_phone", "finance_phone")


@tagged("post_install", "-at_install")
class TestCrmNumberMask(MaskCase):
    """P32, C1: who reads numbers that a pool masks, and what still works."""

    def _let_edit_shared(self):
        """Our guard alone, without the lock of shared customers."""
        group = self.env.ref("crm_stage_pipeline.crm_stage_pipeline_group_edit_shared")
        self.agent_1.group_ids = [Command.link(group.id)]

    def _read(self, user, record=None):
        self.env.invalidate_all()
        records = (record or self.partner).with_user(user)
        return records.read(FIELDS)[0]

    def assertMasked(self, user, record=None):
        values = self._read(user, record)
        for name in FIELDS:
            if name == "phone" or values[name]:
                self.assertTrue(is_masked(values[name]), name)

    def assertReadable(self, user):
        values = self._read(user)
        self.assertEqual(values["phone"], self.NUMBERS["phone"])
        self.assertEqual(values["mobile"], self.NUMBERS["mobile"])

    def test_who_reads(self):
        """P32, C1: owner, collaborator, salesperson of a document, manager."""
        for user in (self.agent_1, self.agent_2, self.leader, self.seller):
            with self.subTest(user=user.login):
                self.assertMasked(user)
                self.assertMasked(user, self.contact)
        self.assertReadable(self.manager)
        self.assertCodes(
            self.customer.with_user(self.agent_1).action_claim(), ["claimed"]
        )
        self.assertReadable(self.agent_1)
        self.assertMasked(self.leader)
        self.customer.with_user(self.agent_1).action_share(self.agent_2.id, True)
        self.assertReadable(self.agent_2)
        self.customer.with_user(self.agent_1).action_release()
        self.assertMasked(self.agent_1)
        self.assertMasked(self.agent_2)
        lead = self.env["crm.lead"].create(
            {"name": "Fans", "partner_id": self.partner.id, "user_id": self.agent_3.id}
        )
        self.assertReadable(self.agent_3)
        self.assertFalse(is_masked(lead.with_user(self.agent_3).phone))
        lead.with_user(self.manager).action_set_lost()
        self.assertMasked(self.agent_3)

    def test_pools_without_masking(self):
        """C1: off by default, and at once when the manager switches."""
        self.masked_pool.mask_numbers = False
        self.assertReadable(self.agent_1)
        self.masked_pool.mask_numbers = True
        self.assertMasked(self.agent_1)
        self.assertFalse(self.env["crm.pool"].new({}).mask_numbers)

    def test_accounting_and_colleagues(self):
        """P32: other departments read as before; colleagues are never masked."""
        self.seller.group_ids = [Command.set([self.env.ref("base.group_user").id])]
        self.assertReadable(self.seller)
        self.agent_2.partner_id.phone = "13300001111"
        colleague = self.agent_2.with_user(self.agent_1)
        self.assertEqual(colleague.phone, "13300001111")

    def test_switching_companies_shows_nothing(self):
        """P32: a company that is switched off masks too."""
        other = self.env["res.company"].create({"name": "Other Works"})
        self.agent_1.company_ids |= other
        self.env.invalidate_all()
        partner = self.partner.with_user(self.agent_1)
        partner = partner.with_context(allowed_company_ids=other.ids)
        self.assertTrue(is_masked(partner.phone))

    def test_nothing_masked_is_written(self):
        """P32: what a client sends back does not destroy the number."""
        self._let_edit_shared()
        agent = self.partner.with_user(self.agent_1)
        seen = agent.read(["phone", "mobile"])[0]
        agent.write({"phone": seen["phone"], "mobile": seen["mobile"], "city": "Amoy"})
        self.env.invalidate_all()
        self.assertEqual(self.partner.phone, self.NUMBERS["phone"])
        self.assertEqual(self.partner.mobile, self.NUMBERS["mobile"])
        self.assertEqual(self.partner.city, "Amoy")
        copy = agent.copy({"name": "Copy"})
        self.assertFalse(copy.phone)

    def test_numbers_do_not_move(self):
        """P32: no way to make a number readable by carrying it elsewhere."""
        self._let_edit_shared()
        own = self._new_customers(1, "target", self.agent_1).partner_id
        lead = self.env["crm.lead"].create(
            {"name": "Fans", "partner_id": self.partner.id, "user_id": False}
        )
        row = self.partner.phone_number_ids[0]
        agent = self.env(user=self.agent_1)
        for name, operation in {
            "row": lambda: row.with_env(agent).write({"partner_id": own.id}),
            "row by its owner": lambda: own.with_env(agent).write(
                {"phone_number_ids": [Command.link(row.id)]}
            ),
            "row to a lead": lambda: row.with_env(agent).write({"lead_id": lead.id}),
            "contact": lambda: self.contact.with_env(agent).write(
                {"parent_id": own.id}
            ),
            "company": lambda: self.contact.with_env(agent).write(
                {"is_company": True, "parent_id": False}
            ),
            "lead": lambda: lead.with_env(agent).write({"partner_id": own.id}),
            "number": lambda: self.partner.with_env(agent).write({"phone": "123"}),
            "mobile": lambda: self.partner.with_env(agent).write({"mobile": False}),
            "unlink": lambda: row.with_env(agent).unlink(),
        }.items():
            with self.subTest(door=name), self.assertRaises(AccessError):
                operation()

    def test_no_document_before_claiming(self):
        """C1: a lead or order of one's own would open the number without a claim."""
        for model in ("crm.lead", "sale.order"):
            documents = self.env[model].with_user(self.agent_1)
            vals = {"partner_id": self.partner.id, "user_id": self.agent_1.id}
            if model == "crm.lead":
                vals["name"] = "Fans"
            with self.subTest(model=model):
                with self.assertRaises(AccessError):
                    documents.create(vals)
                with self.assertRaises(AccessError):
                    documents.onchange(vals, ["partner_id"], {"partner_id": {}})
        self.customer.with_user(self.agent_1).action_claim()
        order = self.env["sale.order"].with_user(self.agent_1).create(vals)
        self.assertEqual(order.partner_id, self.partner)

    def test_contact_record_and_match(self):
        """C1: a record is written, a caller is recognised, by the hidden number."""
        agent = self.env(user=self.agent_1)
        record = agent["crm.contact.record"].create(
            {
                "customer_id": self.customer.id,
                "partner_id": self.contact.id,
                "channel": "call",
                "direction": "out",
                "date": "2026-03-01 09:00:00",
            }
        )
        self.assertEqual(record.customer_id, self.customer)
        found = agent["crm.phone.number"]._match("+8613917264058")
        self.assertEqual(found.partner_id, self.partner)
        self.assertTrue(is_masked(found.number))
        self.assertFalse(tells(self.NUMBERS["phone"], found.display_name))

    def test_row_to_call(self):
        """C1: the number to call, by the masked text, or the best one."""
        numbers = self.env["crm.phone.number"].with_user(self.agent_1)
        partner = self.partner.with_user(self.agent_1)
        for name in ("phone", "mobile", "finance_phone"):
            row = numbers._row_to_call(partner, partner[name])
            self.assertEqual(row.sudo().number, self.NUMBERS[name])
        self.assertTrue(numbers._row_to_call(partner))
        self.assertFalse(numbers._row_to_call(partner, "****"))

    def test_new_contact_of_a_masked_customer(self):
        """P32, P53: the number that an agent enters is stored, then masked."""
        contact = (
            self.env["res.partner"]
            .with_user(self.agent_1)
            .create(
                {
                    "name": "Wei Ning",
                    "parent_id": self.partner.id,
                    "phone": "13344445555",
                }
            )
        )
        self.env.flush_all()
        self.assertTrue(is_masked(contact.phone))
        self.assertEqual(contact.sudo().phone, "13344445555")
        self.assertEqual(contact.sudo().phone_number_ids.number, "13344445555")

    def test_list_costs_the_same(self):
        """P32: one list of masked customers is the same queries at 1 and at 50."""
        customers = self.customer
        for number in range(49):
            customers |= self._masked_customer(
                f"Egret {number}", {"phone": f"1390000{number:04d}"}
            )
        self.env.flush_all()
        counts = []
        # the first reading fills the caches of rules and rights
        for rows in (customers[:1], customers[:1], customers):
            self.env.invalidate_all()
            rows = rows.with_user(self.agent_1)
            before = self.cr.sql_log_count
            values = rows.web_read({"name": {}, "phone": {}, "mobile": {}})
            counts.append(self.cr.sql_log_count - before)
            self.assertTrue(all(is_masked(row["phone"]) for row in values))
        self.assertEqual(counts[1], counts[2])
