from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestAccess(ServiceCommon):
    """S1, S10: who sees which requests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = cls._new_portal_user("sportal")

    def _as_agent(self, record):
        """As the agent sees it, without the company of the one who made it."""
        return self.env[record._name].with_user(self.agent).browse(record.id)

    def test_s1_other_company_is_hidden(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        ticket = (
            self.env["crm.service.ticket"]
            .with_context(allowed_company_ids=other.ids)
            .create({"name": "Far", "partner_id": self.stranger.id})
        )
        self.assertEqual(ticket.company_id, other)
        mine = self._as_agent(ticket)
        self.assertFalse(mine.search([("id", "=", ticket.id)]))
        with self.assertRaises(AccessError):
            mine.read(["name"])

    def test_s1_employees_without_service_see_nothing(self):
        reader = self._new_user("reader", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["crm.service.ticket"].with_user(reader).search([])

    def test_s1_agents_delete_nothing(self):
        with self.assertRaises(AccessError):
            self._ticket().unlink()

    def test_s1_deleted_request_leaves_no_clock(self):
        ticket = self._ticket()
        domain = [("res_model", "=", ticket._name), ("res_id", "=", ticket.id)]
        ticket.with_user(self.manager).unlink()
        self.assertFalse(self.env["crm.service.sla.segment"].search(domain))

    def test_s10_portal_sees_own_commercial_entity_only(self):
        own = self._ticket(contact_id=self.contact.id)
        foreign = self._ticket(partner_id=self.stranger.id)
        tickets = self.env["crm.service.ticket"].with_user(self.portal)
        self.assertEqual(tickets.search([]), own)
        self.assertEqual(tickets.browse(own.id).name, "Printer jams")
        with self.assertRaises(AccessError):
            tickets.browse(foreign.id).read(["name"])

    def test_s10_portal_neither_writes_nor_reads_the_inside(self):
        ticket = self._ticket().with_user(self.portal)
        with self.assertRaises(AccessError):
            ticket.write({"name": "x"})
        with self.assertRaises(AccessError):
            ticket.action_solve()
        with self.assertRaises(AccessError):
            ticket.action_answered()
        for name in ("sla_explanation", "coverage_message", "agreement_id"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                ticket.read([name])
        with self.assertRaises(AccessError):
            self.env["crm.service.agreement"].with_user(self.portal).search([])


@tagged("post_install", "-at_install")
class TestPrivateCustomers(ServiceCommon):
    """S1: requests of customers who are private to a salesperson."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "crm_stage_pipeline.crm_stage_pipeline_group_user"
        cls.owner = cls._new_user("sowner", group)
        cls.seller = cls._new_user("sseller", group)
        cls.row = cls.env["crm.pool.customer"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "owner_id": cls.owner.id,
            }
        )

    def test_s1_service_works_for_a_private_customer(self):
        self.assertNotEqual(self.row.access, "shared")
        ticket = self._ticket()
        self.assertEqual(ticket.partner_id.name, "Green Hill Trading")
        with self.assertRaises(AccessError):
            self.row.with_user(self.agent).read(["owner_id"])

    def test_s1_calls_and_answers_are_contact_records(self):
        ticket = self._ticket(contact_id=self.contact.id, channel="phone")
        self._ticket(channel="portal")
        ticket.message_post(
            body="Done", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        ticket.action_answered()
        records = self.row.record_ids.sorted("id")
        self.assertEqual(records.mapped("channel"), ["call", "email"])
        self.assertEqual(records.mapped("direction"), ["in", "out"])
        self.assertEqual(records.user_id, self.agent)
        self.assertEqual(records.partner_id, self.contact)
        self.assertEqual(set(records.mapped("res_id")), {ticket.id})
        self.assertTrue(self.row.last_contact_at)

    def test_s1_salespeople_see_requests_of_customers_they_see(self):
        ticket = self._ticket()
        other = self._ticket(partner_id=self.stranger.id)
        model = self.env["crm.service.ticket"]
        ids = [("id", "in", (ticket + other).ids)]
        self.assertEqual(model.with_user(self.owner).search(ids), ticket + other)
        self.assertEqual(model.with_user(self.seller).search(ids), other)
        with self.assertRaises(AccessError):
            ticket.with_user(self.seller).read(["name"])
        with self.assertRaises(AccessError):
            ticket.with_user(self.owner).write({"name": "x"})
