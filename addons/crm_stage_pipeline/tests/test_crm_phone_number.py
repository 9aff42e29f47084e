from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPhoneNumber(PoolCase):
    """G17, A2: typed numbers of contacts and leads, and finding them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.china = cls.env.ref("base.cn")
        cls.company.country_id = cls.china
        cls.partner = cls.env["res.partner"].create(
            {
                "name": "Lin Paper",
                "is_company": True,
                "country_id": cls.china.id,
                "phone": "0571-90000001",
            }
        )
        cls.numbers = cls.env["crm.phone.number"]

    def _core_row(self, owner):
        return owner.phone_number_ids.filtered(lambda row: row.kind == "phone")

    def test_field_makes_changes_and_removes_the_row(self):
        row = self._core_row(self.partner)
        self.assertEqual(row.number, "0571-90000001")
        self.assertEqual(row.e164, "+8657190000001")
        self.assertEqual((row.region, row.line_type), ("CN", "fixed"))
        self.assertEqual(row.digits_rev, row.e164[:0:-1])
        self.partner.phone = "０２１-90000002 转 8"
        self.assertEqual(self._core_row(self.partner), row)
        self.assertEqual((row.e164, row.extension), ("+862190000002", "8"))
        self.partner.phone = False
        self.assertFalse(row.exists())

    def test_row_makes_changes_and_removes_the_field(self):
        row = self._core_row(self.partner)
        row.number = "13490000001"
        self.assertEqual(self.partner.phone, "13490000001")
        row.kind = "other"
        self.assertFalse(self.partner.phone)
        row.kind = "phone"
        self.assertEqual(self.partner.phone, "13490000001")
        row.unlink()
        self.assertFalse(self.partner.phone)
        self.numbers.create(
            {"partner_id": self.partner.id, "kind": "phone", "number": "13490000002"}
        )
        self.assertEqual(self.partner.phone, "13490000002")

    def test_never_two_rows_for_the_field(self):
        """After a merge the field's number stays the field's."""
        self.env["crm.phone.number"].with_context(
            crm_phone_number_aligning=True
        ).create(
            {"partner_id": self.partner.id, "kind": "phone", "number": "13490000003"}
        )
        self.numbers._align(self.partner)
        self.assertEqual(
            sorted(self.partner.phone_number_ids.mapped("kind")), ["other", "phone"]
        )
        self.assertEqual(self._core_row(self.partner).number, self.partner.phone)

    def test_other_kinds_show_as_fields(self):
        for name, kind in [
            ("mobile", "mobile"),
            ("fax", "fax"),
            ("home_phone", "home"),
            ("finance_phone", "finance"),
        ]:
            with self.subTest(field=name):
                self.partner[name] = "13490000010"
                row = self.partner.phone_number_ids.filtered(
                    lambda row, kind=kind: row.kind == kind
                )
                self.assertEqual(row.e164, "+8613490000010")
                row.number = "13490000011"
                self.assertEqual(self.partner[name], "13490000011")
                model = self.env["res.partner"]
                self.assertIn(self.partner, model.search([(name, "ilike", "90000011")]))
                self.assertIn(self.partner, model.search([(name, "!=", False)]))
                self.assertNotIn(self.partner, model.search([(name, "=", False)]))
                self.partner[name] = False
                self.assertFalse(row.exists())
                self.assertIn(self.partner, model.search([(name, "=", False)]))
        self.assertEqual(self.partner.phone, "0571-90000001")

    def test_form_keeps_both_equal(self):
        with Form(self.partner) as form:
            form.mobile = "13490000012"
            form.phone = "0571-90000009"
        self.assertEqual(self._core_row(self.partner).e164, "+8657190000009")
        self.assertEqual(self.partner.mobile, "13490000012")

    def test_country_of_the_contact_decides(self):
        self.partner.write(
            {"phone": "030 901820", "country_id": self.env.ref("base.de")}
        )
        self.assertEqual(self._core_row(self.partner).e164, "+4930901820")
        self.partner.country_id = self.env.ref("base.us")
        self.assertFalse(self._core_row(self.partner).e164)

    def test_text_that_is_no_number_stays(self):
        self.partner.phone = "see card"
        row = self._core_row(self.partner)
        self.assertEqual((row.number, row.e164), ("see card", False))

    def test_lead_and_the_way_through_core(self):
        """Core copies numbers between lead and contact; rows follow on both sides."""
        lead = self.env["crm.lead"].create({"name": "Chairs", "phone": "13490000020"})
        self.assertEqual(self._core_row(lead).e164, "+8613490000020")
        lead.partner_id = self.partner
        self.assertEqual(self._core_row(lead).number, lead.phone)
        self.partner.phone = "13490000021"
        self.assertEqual(lead.phone, "13490000021")
        self.assertEqual(self._core_row(lead).e164, "+8613490000021")
        lead.phone = "13490000022"
        self.assertEqual(self._core_row(self.partner).number, self.partner.phone)
        self._core_row(self.partner).number = "13490000023"
        self.assertEqual(self._core_row(lead).number, lead.phone)
        self.assertEqual(lead.phone, "13490000023")

    def test_one_owner(self):
        lead = self.env["crm.lead"].create({"name": "Desks"})
        for vals in ({}, {"partner_id": self.partner.id, "lead_id": lead.id}):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                with self.env.cr.savepoint():
                    self.numbers.create({"number": "13490000030", **vals})

    def test_match_exact_and_by_ending(self):
        row = self._core_row(self.partner)
        for presented in (
            "+8657190000001",
            "057190000001",
            "008657190000001",
            "0571 9000 0001",
            "90000001",
        ):
            with self.subTest(presented=presented):
                self.assertEqual(self.numbers._match(presented), row)
        for nobody in ("anonymous", "", None, "0001", "+862190000001", "13490000099"):
            with self.subTest(presented=nobody):
                self.assertFalse(self.numbers._match(nobody))

    def test_match_prefers_the_exact_number(self):
        other = self.env["res.partner"].create(
            {"name": "Short", "phone": "90000001", "country_id": self.china.id}
        )
        self.assertEqual(
            self.numbers._match("057190000001"), self._core_row(self.partner)
        )
        self.assertEqual(
            self.numbers._match("90000001").partner_id, self.partner | other
        )
        self.partner.phone = False
        self.assertEqual(self.numbers._match("057190000001").partner_id, other)

    def test_match_same_ending_in_another_country(self):
        self.partner.write({"country_id": self.env.ref("base.us"), "phone": False})
        self.partner.phone = "(571) 900-0001"
        self.assertFalse(self.numbers._match("+8615719000001"))

    def test_match_uses_the_index(self):
        """A prefix on reversed digits, by varchar_pattern_ops."""
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute(
            "EXPLAIN SELECT id FROM crm_phone_number WHERE digits_rev LIKE '1000%'"
        )
        plan = " ".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("digits_rev_idx", plan)

    def test_match_hides_private_customers(self):
        """P20: a number never gives away somebody else's private customer."""
        customer = self._new_customers(1, owner=self.agent_1)
        customer.partner_id.write({"phone": "13490000040", "country_id": self.china.id})
        for user, expected in [
            (self.agent_1, customer.partner_id),
            (self.agent_2, self.env["res.partner"]),
            (self.seller, None),
            (self.leader, customer.partner_id),
            (self.manager, customer.partner_id),
        ]:
            with self.subTest(user=user.login):
                numbers = self.numbers.with_user(user)
                if expected is None:
                    with self.assertRaises(AccessError):
                        numbers._match("13490000040")
                    continue
                self.assertEqual(
                    numbers._match("13490000040").sudo().partner_id, expected
                )
                row = customer.partner_id.phone_number_ids.with_user(user)
                self.assertEqual(bool(row._filtered_access("read")), bool(expected))

    def test_numbers_of_other_peoples_leads(self):
        lead = self.env["crm.lead"].create(
            {"name": "Lamps", "phone": "13490000050", "user_id": self.agent_1.id}
        )
        for user, visible in [
            (self.agent_1, True),
            (self.agent_2, False),
            (self.manager, True),
        ]:
            with self.subTest(user=user.login):
                found = self.numbers.with_user(user)._match("13490000050")
                self.assertEqual(found.sudo().lead_id, lead if visible else lead[:0])

    def test_change_needs_the_right_on_the_contact(self):
        customer = self._new_customers(1, owner=self.agent_1)
        customer.partner_id.phone = "13490000060"
        row = customer.partner_id.phone_number_ids
        row.with_user(self.agent_1).number = "13490000061"
        self.assertEqual(customer.partner_id.phone, "13490000061")
        for action in (
            lambda: row.with_user(self.agent_2).write({"number": "1"}),
            lambda: row.with_user(self.agent_2).unlink(),
            lambda: self.numbers.with_user(self.agent_2).create(
                {"partner_id": customer.partner_id.id, "number": "13490000062"}
            ),
        ):
            with self.assertRaises(AccessError):
                action()

    def test_people_without_pool_groups_edit_contacts_as_before(self):
        user = self.env["res.users"].create(
            {
                "name": "Clerk",
                "login": "number_clerk",
                "group_ids": [
                    Command.set(
                        [
                            self.env.ref("base.group_user").id,
                            self.env.ref("base.group_partner_manager").id,
                        ]
                    )
                ],
            }
        )
        partner = self.env["res.partner"].with_user(user).create({"name": "Tea House"})
        partner.write({"phone": "0571-90000070", "mobile": "13490000070"})
        self.assertEqual(partner.mobile, "13490000070")
        self.assertEqual(self._core_row(partner.sudo()).e164, "+8657190000070")

    def test_backfill_of_what_went_round_the_orm(self):
        partner = self.env["res.partner"].create({"name": "Raw"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET phone = '+8613490000080' WHERE id = %s",
            [partner.id],
        )
        self.env.invalidate_all()
        self.assertFalse(self.numbers._backfill())
        self.assertEqual(self._core_row(partner).e164, "+8613490000080")
        count = self.numbers.search_count([])
        self.numbers._backfill()
        self.assertEqual(self.numbers.search_count([]), count)
