"""T3 with real cursors and threads: what one transaction alone cannot show."""

import threading
from functools import partial
from unittest.mock import patch
from uuid import uuid4

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.sql_db import Cursor
from odoo.tests import BaseCase, get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from .common import GROUP_USER, TelesalesData

AGENTS = 6


class RaceCase(BaseCase, TelesalesData):
    """Data that is really committed, and taken away again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        # the thread that runs the tests holds the registry's lock meanwhile
        unlocked = patch.object(Registry, "_lock", DummyRLock())
        unlocked.start()
        cls.addClassCleanup(unlocked.stop)

    def environment(self, cr, uid=SUPERUSER_ID):
        return api.Environment(cr, uid, {})

    def run_threads(self, functions):
        """Run together; the exceptions that came out."""
        errors = []
        barrier = threading.Barrier(len(functions))

        def run(function):
            barrier.wait()
            try:
                function()
            except Exception as error:  # noqa: BLE001 (shown by the test)
                errors.append(error)

        threads = [threading.Thread(target=run, args=(f,)) for f in functions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        return errors


@tagged("post_install", "-at_install", "race")
class TestCrmCalleeRace(RaceCase):
    """T3: two agents never get the same person."""

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            # logins stay taken by those archived after a test
            self.users = [
                new_test_user(env, login=f"race_{uuid4()}", groups=GROUP_USER).id
                for _n in range(AGENTS)
            ]
            agents = env["res.users"].browse(self.users)
            customers = self.make_customers(env, 24, "Race", start=5000)
            # the same numbers in two campaigns
            campaigns = [
                self.make_campaign(env, customers, agents, min_gap_minutes=0)
                for _n in range(2)
            ]
            for campaign in campaigns:
                campaign.action_start()
            self.campaigns = [campaign.id for campaign in campaigns]
            self.customers = customers.ids
        self.addCleanup(self.clean_up)

    def clean_up(self):
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            campaigns = env["crm.call.campaign"].browse(self.campaigns)
            # attempts refuse to be deleted, as they should
            for table in ("crm_call_attempt", "crm_callee"):
                cr.execute(
                    f"DELETE FROM {table} WHERE campaign_id IN %s",
                    (tuple(self.campaigns),),
                )
            campaigns.list_ids.unlink()
            campaigns.unlink()
            customers = env["crm.pool.customer"].browse(self.customers)
            partners = customers.partner_id
            customers.record_ids.unlink()
            customers.unlink()
            partners.unlink()
            users = env["res.users"].browse(self.users)
            users.active = False

    def press_next(self, uid):
        with self.registry.cursor() as cr:
            return self.environment(cr, uid)["crm.callee"].next_callee()["callee"]

    def record(self, uid, callee_id):
        with self.registry.cursor() as cr:
            env = self.environment(cr, uid)
            outcome = env.ref("crm_stage_pipeline.crm_contact_outcome_not_interested")
            action = partial(
                env["crm.callee"].browse(callee_id).action_record, outcome.id
            )
            retrying(action, env)

    def test_T3_many_agents_never_get_the_same_number(self):
        given = [[] for _n in range(AGENTS)]

        def work(index):
            uid = self.users[index]
            while snapshot := self.press_next(uid):
                given[index].append(snapshot["number"])
                self.record(uid, snapshot["id"])

        with mute_logger("odoo.sql_db", "odoo.service.model"):
            errors = self.run_threads([partial(work, n) for n in range(AGENTS)])
        self.assertEqual(errors, [])
        numbers = [number for agent in given for number in agent]
        # each of the 24 people once in each of the two campaigns
        self.assertEqual(len(numbers), 48)
        self.assertEqual(len(set(numbers)), 24)
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT count(*), count(DISTINCT callee_id) FROM crm_call_attempt "
                "WHERE campaign_id IN %s",
                (tuple(self.campaigns),),
            )
            self.assertEqual(cr.fetchone(), (48, 48))

    def test_T3_pressed_together_all_hold_different_people(self):
        held = {}

        def work(uid):
            held[uid] = self.press_next(uid)

        for _round in range(3):
            errors = self.run_threads([partial(work, uid) for uid in self.users])
            self.assertEqual(errors, [])
            self.assertEqual(
                len({snapshot["number"] for snapshot in held.values()}), AGENTS
            )

    def late_hand_out(self):
        """Agent 0 has begun, agent 1 is quicker, then agent 0 goes on."""
        first, second = self.users[:2]
        with self.registry.cursor() as cr:
            callees = self.environment(cr, first)["crm.callee"]
            with callees._handout_cursor() as late_cr:
                late = callees.with_env(callees.env(cr=late_cr))
                campaigns = late._campaigns_of_agent()
                quick = self.press_next(second)
                callee_sudo, _hidden = late._hand_out(campaigns)
                late.env.flush_all()
                return quick["number"], callee_sudo._written_number()

    def test_T3_a_late_snapshot_does_not_matter(self):
        quick, late = self.late_hand_out()
        self.assertTrue(late)
        self.assertNotEqual(quick, late)

    def test_T3_naive_hand_out_in_the_requests_own_isolation_fails(self):
        def naive(callees):
            return callees.env.registry.cursor()

        with (
            patch.object(self.registry["crm.callee"], "_handout_cursor", naive),
            mute_logger("odoo.sql_db"),
            self.assertRaises(SerializationFailure),
        ):
            self.late_hand_out()

    def test_T3_index_is_the_backstop(self):
        """Two callees with one number, in hands at once: the database refuses."""
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            rows = env["crm.callee"].search(
                [("campaign_id", "in", self.campaigns)], order="e164", limit=2
            )
            self.assertEqual(rows[0].e164, rows[1].e164)
            agents = env["res.users"].browse(self.users[:2])
            now = cr.now()
            self.assertTrue(rows[0]._claim(agents[0], now))
            self.assertFalse(rows[1]._claim(agents[1], now))
            self.assertEqual(rows[1].state, "ready")
            cr.rollback()

    def test_T3_hand_out_cursor_is_read_committed(self):
        with (
            self.registry.cursor() as cr,
            self.environment(cr)["crm.callee"]._handout_cursor() as handout_cr,
        ):
            self.assertIsInstance(handout_cr, Cursor)
            handout_cr.execute("SHOW transaction_isolation")
            self.assertEqual(handout_cr.fetchone(), ("read committed",))
