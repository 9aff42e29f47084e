"""T13: never more registrations than seats, with real cursors."""

import random
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import TelesalesCase
from .test_crm_callee_race import RaceCase


def make_event(env, seats, **values):
    now = fields.Datetime.now()
    return env["event.event"].create(
        {
            "name": "Seminar",
            "date_begin": now + timedelta(days=10),
            "date_end": now + timedelta(days=10, hours=2),
            "seats_limited": bool(seats),
            "seats_max": seats,
            "event_mail_ids": [Command.clear()],
            **values,
        }
    )


@tagged("post_install", "-at_install")
class TestRegistration(TelesalesCase):
    """T13: registering contacts of a customer from the call."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customers(cls.env, 1)
        cls.event = make_event(cls.env, 3)
        cls.persons = cls.env["res.partner"].create(
            [
                {"name": f"Person {n}", "parent_id": cls.customer.partner_id.id}
                for n in range(3)
            ]
        )

    def register(self, partners=None, **values):
        return self.customer.with_user(self.agent_1).action_register(
            self.event.id, partners.ids if partners else None, **values
        )

    def test_T13_several_contacts_of_a_customer(self):
        answer = self.register(self.persons)
        self.assertEqual(answer["code"], "registered")
        registrations = self.env["event.registration"].browse(
            answer["registration_ids"]
        )
        self.assertEqual(registrations.partner_id, self.persons)
        self.assertEqual(self.event.seats_available, 0)

    def test_T13_full_event_is_told_in_a_sentence_and_nobody_is_registered(self):
        self.register(self.persons[:2])
        answer = self.register(self.persons[1:])
        self.assertEqual(answer["code"], "full")
        self.assertIn("Seminar", answer["message"])
        self.assertEqual(self.event.seats_taken, 2)
        self.register(self.persons[2:])
        self.assertEqual(self.register()["code"], "full")

    def test_T13_ticket_has_seats_of_its_own(self):
        ticket = self.env["event.event.ticket"].create(
            {"name": "Front row", "event_id": self.event.id, "seats_max": 1}
        )
        self.assertEqual(
            self.register(self.persons[:1], ticket_id=ticket.id)["code"], "registered"
        )
        self.assertEqual(
            self.register(self.persons[1:2], ticket_id=ticket.id)["code"], "full"
        )

    def test_T13_event_that_is_over(self):
        self.event.write(
            {
                "date_begin": fields.Datetime.now() - timedelta(days=2),
                "date_end": fields.Datetime.now() - timedelta(days=1),
            }
        )
        self.assertEqual(self.register()["code"], "closed")

    def test_T13_only_contacts_of_this_customer(self):
        stranger = self.make_customers(self.env, 1, "Stranger", start=70)
        with self.assertRaises(UserError):
            self.register(stranger.partner_id)

    def test_T13_every_way_to_a_seat_writes_the_guard(self):
        before = self.event.seats_guard
        registration = self.env["event.registration"].create(
            {"event_id": self.event.id, "partner_id": self.persons[0].id}
        )
        self.assertEqual(self.event.seats_guard, before + 1)
        registration.action_cancel()
        self.assertEqual(self.event.seats_guard, before + 1)
        registration.action_confirm()
        self.assertEqual(self.event.seats_guard, before + 2)
        free = make_event(self.env, 0)
        self.env["event.registration"].create({"event_id": free.id, "name": "Any"})
        self.assertEqual(free.seats_guard, 0)

    def test_T13_event_form_opens(self):
        with Form(self.env["event.event"].with_user(self.env.user)) as form:
            form.name = "Another"


@tagged("post_install", "-at_install", "race")
class TestSeatsRace(RaceCase):
    """T13: the last seats, wanted by several at the same moment."""

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            self.customers = self.make_customers(env, 5, "Seat", start=6000).ids
            self.event = make_event(env, 3).id
        self.addCleanup(self.clean_up)

    def clean_up(self):
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            event = env["event.event"].browse(self.event)
            event.registration_ids.unlink()
            event.unlink()
            customers = env["crm.pool.customer"].browse(self.customers)
            partners = customers.partner_id
            customers.unlink()
            partners.unlink()

    def taken(self):
        with self.registry.cursor() as cr:
            return self.environment(cr)["event.event"].browse(self.event).seats_taken

    def test_T13_five_want_three_seats(self):
        answers = []

        def register(customer_id):
            with self.registry.cursor() as cr:
                env = self.environment(cr)
                customer = env["crm.pool.customer"].browse(customer_id)
                answer = retrying(partial(customer.action_register, self.event), env)
            answers.append(answer["code"])

        def short(low, high):
            return random.triangular(low, high) / 20

        with (
            mute_logger("odoo.sql_db", "odoo.service.model"),
            patch("odoo.service.model.random.uniform", short),
        ):
            errors = self.run_threads([partial(register, c) for c in self.customers])
        self.assertEqual(errors, [])
        self.assertEqual(sorted(answers), ["full"] * 2 + ["registered"] * 3)
        self.assertEqual(self.taken(), 3)

    def test_T13_naive_core_way_overbooks(self):
        """Without the guard all five see three free seats, and core lets them in."""
        model = self.registry["event.event"]
        with patch.object(model, "_guard_seats", lambda _events: None):
            with ExitStack() as requests:  # each commits at its end
                environments = [
                    self.environment(requests.enter_context(self.registry.cursor()))
                    for _customer in self.customers
                ]
                for env in environments:  # all requests have begun
                    self.assertEqual(
                        env["event.event"].browse(self.event).seats_available, 3
                    )
                for env, customer_id in zip(environments, self.customers, strict=True):
                    customer = env["crm.pool.customer"].browse(customer_id)
                    env["event.registration"].create(
                        {
                            "event_id": self.event,
                            "partner_id": customer.partner_id.id,
                        }
                    )
                    env.flush_all()
        self.assertEqual(self.taken(), 5)
