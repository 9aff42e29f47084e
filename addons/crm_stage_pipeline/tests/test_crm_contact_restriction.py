from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmContactRestriction(PoolCase):
    """P60, T6: who may not be contacted, by which channel."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")
        cls.restrictions = cls.env["crm.contact.restriction"]
        cls.firm = cls.env["res.partner"].create(
            {"name": "Quiet Works", "is_company": True}
        )
        cls.person = cls.env["res.partner"].create(
            {"name": "Li", "parent_id": cls.firm.id, "email": "Li@Quiet.example"}
        )

    def _allowed(self, **query):
        return not self.restrictions._restriction_for(**query)

    def test_number_however_written(self):
        self.restrictions.create({"number": "13490002001"})
        for number in (
            "+86 134 9000 2001",
            "008613490002001",
            "１３４９０００２００１",
        ):
            self.assertFalse(self._allowed(number=number), number)
        self.assertTrue(self._allowed(number="13490002002"))
        self.assertTrue(self._allowed(number="13490002001", channel="fax"))
        self.assertTrue(self._allowed(number="no number"))

    def test_contact_holds_for_the_persons_below(self):
        self.restrictions.create({"kind": "partner", "partner_id": self.firm.id})
        self.assertFalse(self._allowed(partner=self.person))
        self.assertTrue(self._allowed(partner=self.person, channel="email"))
        self.restrictions.create(
            {"kind": "partner", "partner_id": self.person.id, "channel": "all"}
        )
        self.assertFalse(self._allowed(partner=self.person, channel="letter"))
        self.assertTrue(self._allowed(partner=self.firm, channel="letter"))

    def test_address(self):
        self.restrictions.create(
            {"kind": "address", "address": "li@quiet.EXAMPLE", "channel": "email"}
        )
        self.assertFalse(self._allowed(partner=self.person, channel="email"))
        self.assertTrue(self._allowed(partner=self.person))

    def test_period_company_and_archive(self):
        today = fields.Date.context_today(self.restrictions)
        day = timedelta(days=1)
        other = self.env["res.company"].create({"name": "Other"})
        for vals, allowed in [
            ({"date_from": today - day, "date_to": today}, False),
            ({"date_from": today, "date_to": today + day}, False),
            ({"date_to": today - day}, True),
            ({"date_from": today + day}, True),
            ({"company_id": self.company.id}, False),
            ({"company_id": other.id}, True),
            ({"active": False}, True),
        ]:
            with self.subTest(vals=vals):
                record = self.restrictions.create({"number": "13490002010", **vals})
                self.assertEqual(self._allowed(number="13490002010"), allowed)
                record.unlink()

    def test_core_blacklists_count(self):
        self.env["phone.blacklist"].create({"number": "+8613490002020"})
        self.env["mail.blacklist"].create({"email": "li@quiet.example"})
        self.assertFalse(self._allowed(number="13490002020"))
        self.assertFalse(self._allowed(number="13490002020", channel="sms"))
        self.assertFalse(self._allowed(partner=self.person, channel="email"))
        self.assertTrue(self._allowed(partner=self.person))

    def test_bad_input(self):
        for vals in (
            {"number": "12"},
            {"kind": "address", "address": "nobody"},
            {"kind": "partner"},
            {
                "number": "13490002030",
                "date_from": "2026-02-02",
                "date_to": "2026-02-01",
            },
        ):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                self.restrictions.create(vals)

    def test_once(self):
        self.restrictions.create({"number": "13490002040"})
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.restrictions.create({"number": "+86 13490002040"})

    def test_roles(self):
        record = self.restrictions.create({"number": "13490002050"})
        self.assertTrue(
            self.restrictions.with_user(self.agent_1)._restriction_for(
                number="13490002050"
            )
        )
        with self.assertRaises(AccessError):
            record.with_user(self.agent_1).active = False
        record.with_user(self.manager).reason = "asked in writing"
        hidden = self._new_customers(1, owner=self.agent_2)
        private = self.restrictions.create(
            {"kind": "partner", "partner_id": hidden.partner_id.id}
        )
        self.assertFalse(private.with_user(self.agent_1)._filtered_access("read"))
        self.assertTrue(private.with_user(self.agent_2)._filtered_access("read"))
