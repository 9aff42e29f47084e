from odoo.tests import HttpCase, tagged

from odoo.addons.mail.tools.discuss import Store

from ..numbering.masking import is_masked
from .mask_case import MaskCase, tells


@tagged("post_install", "-at_install")
class TestCrmNumberDoors(MaskCase):
    """P32: no door shows a masked number; each opens for the manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._surround()
        cls.numbers = [*cls.NUMBERS.values(), cls.CONTACT]

    def _doors(self, env):
        """What each door gives to the user of `env`, by the door's name."""
        return {
            **self._doors_of_records(env),
            **self._doors_of_documents(env),
            **self._doors_of_messages(env),
        }

    def _doors_of_records(self, env):
        partner = self.partner.with_env(env)
        row = partner.phone_number_ids
        fields = ["name", "phone", "mobile", "phone_number_ids/number"]
        return {
            "read": lambda: partner.read(self._partner_fields(env)),
            "web_read": lambda: self.customer.with_env(env).web_read(
                {
                    "phone": {},
                    "partner_id": {
                        "fields": {
                            "phone": {},
                            "phone_number_ids": {
                                "fields": {"display_name": {}, "number": {}}
                            },
                        }
                    },
                }
            ),
            "search_read": lambda: env["res.partner"].search_read(
                [("id", "=", partner.id)], ["phone", "phone_sanitized"]
            ),
            "export": lambda: partner._export_rows(
                [name.split("/") for name in fields]
            ),
            "display_name": lambda: [
                row.read(["display_name"]),
                row.sudo().mapped("display_name"),
                row.name_search("13", limit=20),
            ],
            "group": lambda: env["crm.phone.number"].formatted_read_group(
                [("partner_id", "=", partner.id)], ["number"], ["e164:array_agg"]
            ),
            "aggregate": lambda: env["res.partner"]._read_group(
                [("id", "=", partner.id)], [], ["phone:max", "phone:array_agg"]
            ),
            "vcard": lambda: partner._get_vcard_file(),
            "restriction": lambda: self.restriction.with_env(env).read(),
            "contact person": lambda: self.contact.with_env(env).read(["phone"]),
        }

    def _doors_of_documents(self, env):
        partner = self.partner.with_env(env)
        order = env["sale.order"].search([("partner_id", "=", partner.id)])
        return {
            "order": lambda: order.read(),
            "order's address": lambda: env["ir.qweb.field.contact"].value_to_html(
                partner, {"fields": ["name", "phone"]}
            ),
            "lead": lambda: self.lead.with_env(env).read(),
            "attendee": lambda: (
                env["calendar.attendee"]
                .search([("partner_id", "=", partner.id)])
                .read()
            ),
            "onchange": lambda: env["calendar.attendee"].onchange(
                {"partner_id": partner.id}, ["partner_id"], {"phone": {}}
            ),
        }

    def _doors_of_messages(self, env):
        partner = self.partner.with_env(env)
        return {
            "notification": lambda: self.notification.with_env(env).read(
                ["sms_number"]
            ),
            "chatter": lambda: self._chatter(env),
            "sms": lambda: (
                env["sms.composer"]
                .with_context(active_model="res.partner", active_id=partner.id)
                .create(
                    {
                        "composition_mode": "comment",
                        "res_model": "res.partner",
                        "res_id": partner.id,
                        "body": "x",
                    }
                )
                .read()
            ),
            "mail": lambda: (
                env["mail.compose.message"]
                .create(
                    {
                        "model": "res.partner",
                        "res_ids": str(partner.ids),
                        "partner_ids": partner.ids,
                        "body": "x",
                    }
                )
                .read()
            ),
        }

    def _partner_fields(self, env):
        """All of core's and ours but those of Discuss, which nobody reads by RPC."""
        model = env["res.partner"]
        return [
            name
            for name, field in model._fields.items()
            if model._has_field_access(field, "read")
            and not name.startswith(("rtc_", "channel_"))
        ]

    def _chatter(self, env):
        messages = env["mail.message"].search(
            [("model", "=", "res.partner"), ("res_id", "=", self.partner.id)]
        )
        return Store().add(messages).get_result()

    def test_doors(self):
        """P32: read, search, group, export, names, documents, chatter, composer."""
        silent = {"order", "mail", "vcard", "sms"}
        for name in self._doors(self.env):
            with self.subTest(door=name):
                self.env.invalidate_all()
                given = self._doors(self.env(user=self.agent_1))[name]()
                for number in self.numbers:
                    self.assertFalse(tells(number, given), f"{name}: {given}")
                self.env.invalidate_all()
                given = self._doors(self.env(user=self.manager))[name]()
                if name not in silent:
                    told = any(tells(number, given) for number in self.numbers)
                    self.assertTrue(told, f"{name} tells nothing to anybody")

    def test_report(self):
        """P32: a printed quotation."""
        order = self.env["sale.order"].search([("partner_id", "=", self.partner.id)])
        report = self.env["ir.actions.report"]
        html, _kind = report.with_user(self.agent_1)._render_qweb_html(
            "sale.report_saleorder", order.ids
        )
        for number in self.numbers:
            self.assertFalse(tells(number, html.decode()))

    def test_tracking_mail(self):
        """P32: what goes to all followers by e-mail holds no masked number."""
        values = self.env["mail.tracking.value"].search(
            [
                ("mail_message_id.model", "=", "res.partner"),
                ("mail_message_id.res_id", "=", self.partner.id),
            ]
        )
        phones = values.filtered(lambda value: value.field_id.name == "phone")
        self.assertTrue(phones)
        self.assertFalse(phones & values._filter_free_field_access())
        self.assertTrue(phones._filter_has_field_access(self.env(user=self.manager)))
        self.assertFalse(phones._filter_has_field_access(self.env(user=self.agent_1)))


@tagged("post_install", "-at_install")
class TestCrmNumberVcard(MaskCase, HttpCase):
    def test_vcard_route(self):
        """P32: /web/partner/vcard."""
        for user, expected in ((self.agent_1, False), (self.manager, True)):
            user.password = "Vcard-Route-1"
            self.authenticate(user.login, "Vcard-Route-1")
            answer = self.url_open(f"/web/partner/vcard?partner_ids={self.partner.id}")
            self.assertEqual(answer.status_code, 200)
            self.assertEqual(tells(self.NUMBERS["phone"], answer.text), expected)
            self.assertTrue(expected or is_masked(answer.text))
