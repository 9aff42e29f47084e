from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tools.discuss import Store

from .common import PoolCase

# Doors that the rule on contacts shuts too: without it they leak.
ALSO_RULED = {
    "event",
    "event onchange",
    "composer",
    "composer onchange",
    "child onchange",
}
# refused even without our hooks and the rule on contacts: by the rights to edit the
# company and the opportunity, and by core's on invoices
SHUT_TWICE = {"child", "invoice onchange", "lead"}
EMAIL = "egret.bamboo@example.com"
NAME = "Egret Bamboo Works"


@tagged("post_install", "-at_install")
class TestCrmPoolForged(PoolCase):
    """P20: what an agent gets who names a hidden customer's id.

    Each door is shut for him; with our hooks taken away core opens it (the negative
    control), and for the owner it is open.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._new_customers(1, "target", cls.agent_1)
        cls.partner = cls.customer.partner_id
        cls.partner.write({"name": NAME, "email": EMAIL, "phone": "13917264058"})
        cls.contact = cls.env["res.partner"].create(
            {"name": "Lin Xue", "parent_id": cls.partner.id, "email": "lin@example.com"}
        )
        cls.own = cls._new_customers(1, "target", cls.agent_2).partner_id
        cls.own_event = (
            cls.env["calendar.event"]
            .with_user(cls.agent_2)
            .create(
                {
                    "name": "Mine",
                    "start": "2026-03-02 09:00:00",
                    "stop": "2026-03-02 10:00:00",
                }
            )
        )
        cls._hang_on()
        cls.env.flush_all()

    @classmethod
    def _hang_on(cls):
        """What hangs on the hidden customer."""
        cls.env["res.partner.bank"].create(
            {"acc_number": "6222020200012345678", "partner_id": cls.partner.id}
        )
        cls.event = (
            cls.env["calendar.event"]
            .with_user(cls.agent_1)
            .create(
                {
                    "name": "Visit",
                    "start": "2026-03-02 09:00:00",
                    "stop": "2026-03-02 10:00:00",
                    "partner_ids": [
                        Command.set((cls.partner | cls.agent_1.partner_id).ids)
                    ],
                }
            )
        )
        cls.attachment = cls.env["ir.attachment"].create(
            {
                "name": "offer.txt",
                "raw": b"secret",
                "res_model": "res.partner",
                "res_id": cls.partner.id,
            }
        )
        cls.partner.message_post(body="Secret note", message_type="comment")
        cls.partner.activity_schedule(
            "mail.mail_activity_data_call", user_id=cls.manager.id, summary="Ring"
        )

    def _event(self, env, **vals):
        return env["calendar.event"].create(
            {
                "name": "x",
                "start": "2026-03-02 09:00:00",
                "stop": "2026-03-02 10:00:00",
                **vals,
            }
        )

    def _forged(self, env, partner):
        """Doors that our hooks shut: operations by name."""
        return {
            **self._forged_events(env, partner),
            **self._forged_messages(env, partner),
            **self._forged_documents(env, partner),
        }

    def _forged_events(self, env, partner):
        event = self.own_event.with_env(env)
        command = [Command.link(partner.id)]
        return {
            "event": lambda: self._event(env, partner_ids=command),
            "event about": lambda: self._event(
                env, res_model="res.partner", res_id=partner.id
            ),
            "event write": lambda: event.write({"partner_ids": command}),
            "event onchange": lambda: env["calendar.event"].onchange(
                {"partner_ids": command}, ["partner_ids"], {"partner_ids": {}}
            ),
            "event default": lambda: (
                env["calendar.event"]
                .with_context(default_partner_ids=[partner.id])
                .default_get(["partner_ids"])
            ),
        }

    def _forged_messages(self, env, partner):
        own = self.own.with_env(env)
        command = [Command.link(partner.id)]
        return {
            "message": lambda: own.message_post(body="x", partner_ids=[partner.id]),
            "notify": lambda: own.message_notify(body="x", partner_ids=[partner.id]),
            "composer": lambda: env["mail.compose.message"].create(
                {
                    "model": "res.partner",
                    "res_ids": str(own.ids),
                    "partner_ids": [partner.id],
                    "body": "x",
                }
            ),
            "composer onchange": lambda: env["mail.compose.message"].onchange(
                {"partner_ids": command}, ["partner_ids"], {"partner_ids": {}}
            ),
            "follower": lambda: own.message_subscribe([partner.id]),
            "followers wizard": lambda: env["mail.followers.edit"].create(
                {
                    "res_model": "res.partner",
                    "res_ids": str(own.ids),
                    "partner_ids": command,
                }
            ),
        }

    def _forged_documents(self, env, partner):
        return {
            "child": lambda: env["res.partner"].create(
                {"name": "x", "parent_id": partner.id}
            ),
            "child onchange": lambda: env["res.partner"].onchange(
                {"parent_id": partner.id},
                ["parent_id"],
                {"parent_id": {}, "street": {}},
            ),
            "invoice onchange": lambda: env["account.move"].onchange(
                {"partner_id": partner.id, "move_type": "out_invoice"},
                ["partner_id"],
                {"partner_id": {}, "invoice_partner_display_name": {}},
            ),
            "lead": lambda: env["crm.lead"].create(
                {"name": "x", "partner_id": partner.id}
            ),
            "lead onchange": lambda: env["crm.lead"].onchange(
                {"partner_id": partner.id}, ["partner_id"], {"phone": {}}
            ),
            "order": lambda: env["sale.order"].create({"partner_id": partner.id}),
            "order onchange": lambda: env["sale.order"].onchange(
                {"partner_id": partner.id}, ["partner_id"], {"partner_invoice_id": {}}
            ),
        }

    def _ruled(self, env, partner):
        """Doors that rules shut: what they give, empty or refused when shut."""
        return {
            **self._ruled_records(env, partner),
            **self._ruled_names(env, partner),
            **self._ruled_pool(env, partner),
        }

    def _ruled_records(self, env, partner):
        return {
            "read": lambda: partner.with_env(env).read(["name"]),
            "commercial": lambda: self.contact.with_env(env).read(
                ["commercial_partner_id"]
            ),
            "activity": lambda: env["mail.activity"].create(
                {
                    "res_model_id": env["ir.model"]._get_id("res.partner"),
                    "res_id": partner.id,
                    "summary": "x",
                    "user_id": env.uid,
                }
            ),
            "activities": lambda: env["mail.activity"].search(
                [("res_model", "=", "res.partner"), ("res_id", "=", partner.id)]
            ),
            "messages": lambda: env["mail.message"].search(
                [("model", "=", "res.partner"), ("res_id", "=", partner.id)]
            ),
            "attachments": lambda: env["ir.attachment"].search(
                [("res_model", "=", "res.partner"), ("res_id", "=", partner.id)]
            ),
            "attachment": lambda: self.attachment.with_env(env).read(["raw"]),
            "attendees": lambda: env["calendar.attendee"].search(
                [("partner_id", "=", partner.id)]
            ),
            "bank": lambda: env["res.partner.bank"].search(
                [("partner_id", "=", partner.id)]
            ),
            "bank by number": lambda: env["res.partner.bank"].name_search("62220202"),
        }

    def _ruled_names(self, env, partner):
        return {
            "text message": lambda: env["sms.composer"].create(
                {"res_model": "res.partner", "res_id": partner.id, "body": "x"}
            ),
            "mentions": lambda: (
                env["res.partner"]
                .get_mention_suggestions("Egret Bamboo")
                .get("res.partner")
            ),
            "name_search": lambda: env["res.partner"].name_search(NAME),
            "e-mail": lambda: self.own.with_env(env)._partner_find_from_emails_single(
                [EMAIL], no_create=True
            ),
            "suggested": lambda: [
                info["partner_id"]
                for info in self.own.with_env(env)._message_get_suggested_recipients(
                    additional_partners=env["res.partner"].sudo().browse(partner.id)
                )
                if info["partner_id"] == partner.id
            ],
        }

    def _ruled_pool(self, env, partner):
        return {
            "record": lambda: env["crm.contact.record"].create(
                {
                    "customer_id": self.customer.id,
                    "channel": "call",
                    "direction": "out",
                }
            ),
            "record onchange": lambda: env["crm.contact.record"].onchange(
                {"customer_id": self.customer.id},
                ["customer_id"],
                {"partner_id": {"fields": {"display_name": {}}}},
            ),
            "pool row": lambda: self.customer.with_env(env).read(["name"]),
            "export": lambda: partner.with_env(env)._export_rows([["name"]]),
            "vcard": lambda: partner.with_env(env)._get_vcard_file(),
        }

    def _given(self, operation):
        """What a door gives: False when it is shut; its effects are undone."""
        self.env.invalidate_all()
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            return operation() or False
        except AccessError:
            return False
        finally:
            self.env.cr.precommit.clear()
            self.env.clear()
            savepoint.close(rollback=True)

    def _open_contacts(self):
        """Take the rule on contacts away."""
        self.env.ref("crm_stage_pipeline.res_partner_rule_pool").active = False
        self.env.flush_all()

    def _open_all(self):
        """Take our hooks away."""
        nothing = lambda self, *_values: None  # noqa: E731
        self.patch(type(self.env["res.partner"]), "_check_seen", nothing)
        for name in ("crm.lead", "sale.order"):
            self.patch(type(self.env[name]), "_check_pool_partners", nothing)
        for name in ("calendar_attendee", "mail_followers", "res_partner_bank"):
            self.env.ref(f"crm_stage_pipeline.{name}_rule_pool").active = False

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_forged_ids(self):
        """P20: every way to name a partner is refused for a hidden one."""
        agent = self.env(user=self.agent_2)
        for partner in (self.partner, self.contact):
            for name in self._forged(self.env, partner):
                with self.subTest(door=name, partner=partner.name):
                    operation = self._forged(agent, partner)[name]
                    self.assertFalse(self._given(operation))
        self._open_all()
        doors = self._forged(self.env, self.partner)
        for name in sorted(doors, key=lambda name: name in ALSO_RULED | SHUT_TWICE):
            if name in ALSO_RULED | SHUT_TWICE:
                self._open_contacts()
            with self.subTest(door=name, control=True):
                given = self._given(self._forged(agent, self.partner)[name])
                self.assertEqual(bool(given), name not in SHUT_TWICE)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_rules(self):
        """P20: what hangs on a hidden customer is hidden; shown once it is shared."""
        agent = self.env(user=self.agent_2)
        for name in self._ruled(self.env, self.partner):
            with self.subTest(door=name):
                operation = self._ruled(agent, self.partner)[name]
                self.assertFalse(self._given(operation))
        self.customer.with_user(self.agent_1).action_release()
        self.env.flush_all()
        for name in self._ruled(self.env, self.partner):
            with self.subTest(door=name, control=True):
                self.assertTrue(self._given(self._ruled(agent, self.partner)[name]))

    def test_event_of_a_hidden_customer(self):
        """P20: a colleague's meeting shows its time, not the customer."""
        self.env.invalidate_all()
        event = self.event.with_user(self.agent_2)
        values = event.web_read(
            {
                "name": {},
                "partner_ids": {"fields": {"display_name": {}}},
                "attendee_ids": {"fields": {"common_name": {}, "email": {}}},
            }
        )
        self.assertNotIn(EMAIL, str(values))
        self.assertNotIn(NAME, str(values))
        self.event.with_user(self.agent_1).write({"name": "Later"})
        # the list of partners was read, and is remembered, as agent 2 sees it
        self.env.invalidate_all()
        self.assertIn(self.partner, self.event.partner_ids)

    def test_store_of_followers(self):
        """P20: the list of followers of a seen record names no hidden one."""
        self.own.message_subscribe([self.partner.id])
        self.env.invalidate_all()
        own = self.own.with_user(self.agent_2)
        given = Store().add(own, [], as_thread=True, request_list=["followers"])
        self.assertNotIn(EMAIL, str(given.get_result()))
        self.assertNotIn(NAME, str(given.get_result()))
