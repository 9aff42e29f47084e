import base64

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import MODULE, PoolCase
from .test_spreadsheet import xlsx


@tagged("post_install", "-at_install")
class TestCrmRestrictionPartner(PoolCase):
    """P60: restrictions on a customer's form, and what they do not prevent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")
        cls.restrictions = cls.env["crm.contact.restriction"]

    def _channels(self, partner):
        partner.invalidate_recordset(["restricted_channels"])
        return self.restrictions._restricted_channels(partner)

    def test_every_kind_and_channel_shows(self):
        """P60: number, address, contact × each channel, with what the method says."""
        firm = self._new_customers(1, owner=self.agent_1).partner_id
        person = self.env["res.partner"].create(
            {
                "name": "Li",
                "parent_id": firm.id,
                "email": "li@quiet.example",
                "mobile": "13490002001",
            }
        )
        channels = dict(self.restrictions._fields["channel"].selection)
        for kind, vals in (
            ("number", {"number": "+86 134 9000 2001"}),
            ("address", {"address": "LI@quiet.example"}),
            ("partner", {"partner_id": firm.id}),
        ):
            for channel, label in channels.items():
                with self.subTest(kind=kind, channel=channel):
                    record = self.restrictions.create(
                        {"kind": kind, "channel": channel, **vals}
                    )
                    mine = person.with_user(self.agent_1)
                    self.assertEqual(self._channels(mine), {channel})
                    self.assertEqual(mine.restricted_channels, label)
                    asked = "call" if channel == "all" else channel
                    query = {"partner": person, "channel": asked}
                    if kind == "number":
                        query = {"number": person.mobile, "channel": asked}
                    if kind != "address" or asked == "email":
                        found = self.restrictions._restriction_for(**query)
                        self.assertEqual(found, record)
                    record.unlink()
        self.assertFalse(person.with_user(self.agent_1).restricted_channels)

    def test_blacklists_and_periods(self):
        """P60: core's blacklists count; what has ended does not."""
        partner = self._new_customers(1, owner=self.agent_1).partner_id
        partner.write({"mobile": "13490002002", "email": "q@quiet.example"})
        self.env["phone.blacklist"].create({"number": "+8613490002002"})
        self.env["mail.blacklist"].create({"email": "q@quiet.example"})
        self.restrictions.create(
            {"kind": "partner", "partner_id": partner.id, "date_to": "2020-01-01"}
        )
        self.assertEqual(self._channels(partner), {"call", "sms", "email"})

    def test_agents_note_managers_end(self):
        """P60: an agent writes down what he was asked for; only managers end it."""
        customer = self._new_customers(1, owner=self.agent_1)
        partner = customer.partner_id.with_user(self.agent_1)
        partner.with_context(crm_channel="fax").action_restrict()
        partner.with_context(crm_channel="fax").action_restrict()
        record = self.restrictions.search([("partner_id", "=", partner.id)])
        self.assertEqual(len(record), 1)
        self.assertEqual((record.channel, record.source), ("fax", "agent_1"))
        self.assertEqual(self._channels(partner), {"fax"})
        action = partner.action_open_restrictions()
        self.assertIn(record, self.restrictions.search(action["domain"]))
        with self.assertRaises(AccessError):
            record.with_user(self.agent_1).active = False
        record.with_user(self.manager).active = False
        self.assertFalse(self._channels(partner))
        stranger = customer.partner_id.with_user(self.agent_3)
        with self.assertRaises(AccessError):
            stranger.with_context(crm_channel="call").action_restrict()

    def test_restricted_customer_is_claimed_and_recorded(self):
        """P60: claimable, and a contact of another channel is recorded."""
        customer = self._new_customers(1)
        self.restrictions.create(
            {"kind": "partner", "partner_id": customer.partner_id.id}
        )
        self.assertCodes(customer.with_user(self.agent_1).action_claim(), ["claimed"])
        self.assertTrue(self._channels(customer.partner_id))

    def test_import_clears_nothing(self):
        """P60: a file with the restricted number leaves the restriction."""
        record = self.restrictions.create({"number": "13490002003"})
        load = (
            self.env["crm.pool.import"]
            .with_user(self.manager)
            .create(
                {
                    "file": base64.b64encode(
                        xlsx([["客户名称", "手机"], ["Quiet Works", "13490002003"]])
                    ),
                    "file_name": "customers.xlsx",
                    "stage_id": self._stage("reserve").id,
                }
            )
        )
        load.action_read()
        load.action_run()
        while load.state == "running":
            load._run_batch(10)
        partner = load.row_ids.customer_id.partner_id
        self.assertEqual(self._channels(partner), {"call"})
        self.assertTrue(record.active)
        self.assertTrue(self.restrictions._restriction_for(number=partner.mobile))

    def test_outcome_restricts(self):
        """P60, T6: the outcome do not call makes the restriction."""
        customer = self._new_customers(1, owner=self.agent_1)
        self.env["crm.contact.record"].with_user(self.agent_1).create(
            {
                "customer_id": customer.id,
                "outcome_id": self.env.ref(
                    f"{MODULE}.crm_contact_outcome_do_not_call"
                ).id,
            }
        )
        self.assertEqual(self._channels(customer.partner_id), {"call"})
