"""Whatever breaks, calls in Odoo are the calls of the PBX, once (A1, A13)."""

import signal
import time

from tests.clients.carrier import Carrier
from tests.clients.stack import SECRET
from tests.e2e.asterisk.exchange import Exchange, ExchangeCase, wait


class TestFaults(ExchangeCase):
    """On an exchange of their own, which they break."""

    @classmethod
    def setUpClass(cls):
        cls.exchange = Exchange("faults")
        cls.addClassCleanup(cls.exchange.stop)
        cls.exchange.start()

    def talking(self, number):
        linkedid = self.exchange.dial(number)
        self.exchange.reach(linkedid, "talking")
        return linkedid

    def hang_up(self):
        self.exchange.stack.carrier.hang_up_all()

    def test_pbx_restarted_in_mid_call(self):
        """A1: the call that died with the PBX ends; the next one works."""
        linkedid = self.talking("13800000210")
        time.sleep(2)
        self.exchange.pbx("stop")
        self.hang_up()
        self.exchange.pbx("start")
        row = self.exchange.reach(linkedid, "ended", 90)
        self.assertEqual(row["result"], "answered")
        self.exchange.connected()
        self.exchange.telephones_ready()
        again = self.exchange.settled(self.exchange.dial("13800000201"))
        self.assertEqual(again["result"], "busy")

    def test_pbx_frozen_for_a_quarter_minute(self):
        """A1: nothing is lost, the connection is kept."""
        linkedid = self.talking("13800000210")
        self.exchange.signal_pbx(signal.SIGSTOP)
        try:
            time.sleep(15)
        finally:
            self.exchange.thaw()
        self.hang_up()
        row = self.exchange.settled(linkedid)
        self.assertEqual(row["result"], "answered")
        self.assertGreaterEqual(row["talk_s"], 14)

    def test_connection_cut(self):
        """A1: cut in mid-call, in whatever message; the end is heard of afterwards."""
        linkedid = self.talking("13800000210")
        self.exchange.wire.cut()
        time.sleep(0.5)
        self.exchange.connected()
        self.hang_up()
        self.assertEqual(self.exchange.settled(linkedid)["result"], "answered")

    def test_call_ends_while_the_connection_is_down(self):
        """A1: the channel is gone when we come back."""
        linkedid = self.talking("13800000210")
        port = self.exchange.wire.target
        self.exchange.wire.target = ("127.0.0.1", 1)
        self.exchange.wire.cut()
        self.hang_up()
        time.sleep(1)
        self.exchange.wire.target = port
        row = self.exchange.settled(linkedid, 90)
        self.assertEqual(row["result"], "answered")

    def test_database_restarted(self):
        """A1: a call ends and another comes while PostgreSQL is away; events wait."""
        exchange = self.exchange
        linkedid = self.talking("13800000210")
        seen = exchange.ids()
        with exchange.database_away():
            self.hang_up()
            exchange.stack.carrier.call_in("13800000231", "102", "quick")
            time.sleep(4)
        self.assertEqual(exchange.settled(linkedid)["result"], "answered")
        row = exchange.settled(exchange.new_call(seen)["linkedid"])
        self.assertEqual((row["number"], row["result"]), ("13800000231", "answered"))
        exchange.quiet()
        legs = exchange.office.search_read("crm.call.channel", [], ["uniqueid"])
        missing = exchange.cdr_uniqueids() - {leg["uniqueid"] for leg in legs}
        self.assertFalse(missing, "channels of the CDR without a leg in Odoo")

    def test_odoo_server_killed(self):
        """A1: the connector needs no web server: what happened meanwhile is there."""
        exchange = self.exchange
        linkedid = self.talking("13800000210")
        exchange.stack.kill_odoo()
        self.hang_up()
        exchange.stack.start_odoo()
        self.assertEqual(exchange.settled(linkedid)["result"], "answered")

    def test_two_pbxs(self):
        """A13: a second PBX on the same connector: its calls are its own."""
        exchange, stack = self.exchange, self.exchange.stack
        block = stack.another_exchange()
        [first] = exchange.office.read(
            "asterisk.server", [exchange.server], ["country_id"]
        )
        branch = exchange.office.create(
            "asterisk.server",
            {
                "name": "Branch",
                "port": block,
                "secret": SECRET,
                "country_id": first["country_id"][0],
            },
        )
        self.addCleanup(
            exchange.office.write, "asterisk.server", [branch], {"active": False}
        )

        def state():
            return exchange.office.read_one("asterisk.server", branch, ["state"])[
                "state"
            ]

        wait(lambda: state() == "connected", 60, "the branch connected")
        seen = exchange.ids()
        Carrier(block, SECRET)._action(
            Action="Originate",
            Channel="Local/13800000240@sim",
            Application="Wait",
            Data="1",
            Async="true",
        )
        here = exchange.dial("13800000201")
        self.assertEqual(exchange.settled(here)["result"], "busy")
        there = [("server_id", "=", branch), ("state", "=", "ended")]
        wait(lambda: exchange.calls(there), 30, "the branch's call")
        self.assertEqual(len(exchange.ids()) - len(seen), 2, "one row per call")
        self.assertEqual(exchange.state(), "connected")

    def test_burst(self):
        """A1: 20,000 events at once, in mid-call: each is kept, the call is whole."""
        exchange = self.exchange
        linkedid = self.talking("13800000210")
        said = [("name", "=", "UserEvent"), ("linkedid", "=", False)]
        before = exchange.office.search_count("asterisk.event", said)
        exchange.burst(20_000)
        self.hang_up()
        wait(
            lambda: (
                exchange.office.search_count("asterisk.event", said) - before == 20_000
            ),
            90,
            "20,000 events kept",
        )
        row = exchange.settled(linkedid)
        self.assertEqual(row["result"], "answered")
        [call] = exchange.calls([("linkedid", "=", linkedid)])
        self.assertLess(call["talk_s"], 60, "the PBX's clock, not the time of storing")

    def test_connector_killed(self):
        """A1: kill -9 in mid-call; the next connector knows the call; nothing is
        dialled twice."""
        linkedid = self.talking("13800000210")
        before = len(self.exchange.ids())
        stack = self.exchange.stack
        stack.processes["connector"].kill()
        stack.processes["connector"].wait()
        stack.start_connector()
        wait(self._heartbeat_is_new(), 90, "the new connector's heartbeat")
        self.hang_up()
        self.assertEqual(self.exchange.settled(linkedid)["result"], "answered")
        self.assertEqual(len(self.exchange.ids()), before)

    def test_calls_while_no_connector_runs(self):
        """A1: kill -9; calls come, go and are lost meanwhile, one lasts: afterwards
        the calls in Odoo are those of the PBX's CDR, one row each."""
        exchange, stack = self.exchange, self.exchange.stack
        exchange.customer("13800000220")
        exchange.customer("13800000200")
        lasting = self.talking("13800000210")
        seen = exchange.ids()
        self.addCleanup(self._has_connector)
        stack.processes["connector"].kill()
        stack.processes["connector"].wait()
        lasting_channels = exchange.channels()
        stack.carrier.call_in("13800000220", "102", "talk")
        time.sleep(1)
        stack.carrier.call_in("13800000221", "4000", "quick")
        time.sleep(6)  # nobody is rung; then he gives up
        stack.carrier.hang_up("4000")
        wait(lambda: exchange.channels() == lasting_channels, 30, "both have hung up")
        self.hang_up()
        exchange.dial_by_hand("13800000200")
        exchange.dial_by_hand("13800000204", "106")
        time.sleep(2)
        exchange.quiet()
        self.assertEqual(exchange.ids(), seen)
        stack.start_connector()
        wait(lambda: len(exchange.ids()) >= len(seen) + 4, 90, "calls read back")
        time.sleep(3)
        found = {row["number"]: row for row in self._new_calls(seen)}
        self.assertEqual(
            {
                number: (row["direction"], row["result"])
                for number, row in found.items()
            },
            {
                "13800000220": ("in", "answered"),
                "13800000221": ("in", "abandoned"),
                "13800000200": ("out", "answered"),
                "13800000204": ("out", "void_number"),
            },
        )
        self.assertEqual(exchange.settled(lasting)["result"], "answered")
        answered = found["13800000220"]
        self.assertEqual(answered["user_id"][0], self.agent("agent2").user_id)
        self.assertIn(answered["talk_s"], (4, 5, 6, 7))
        self.assertTrue(answered["record_id"], "the contact is recorded")
        self.assertTrue(found["13800000200"]["recording_ids"])
        legs = exchange.office.search_read("crm.call.channel", [], ["uniqueid"])
        missing = exchange.cdr_uniqueids() - {leg["uniqueid"] for leg in legs}
        self.assertFalse(missing, "channels of the CDR without a leg in Odoo")
        # once more: nothing is read back twice
        stack.processes["connector"].kill()
        stack.processes["connector"].wait()
        before = exchange.ids()
        stack.start_connector()
        wait(self._heartbeat_is_new(), 90, "the new connector's heartbeat")
        time.sleep(5)
        self.assertEqual(exchange.ids(), before)

    def _has_connector(self):
        """Whatever went wrong here, the next scenario finds a connector."""
        if self.exchange.stack.processes["connector"].poll() is not None:
            self.exchange.stack.start_connector()

    def _new_calls(self, seen):
        return self.exchange.calls([("id", "not in", seen)])

    def _heartbeat_is_new(self):
        def heartbeat():
            return self.exchange.office.read_one(
                "asterisk.server", self.exchange.server, ["heartbeat_at"]
            )["heartbeat_at"]

        last = heartbeat()
        return lambda: heartbeat() > last

    def test_two_connectors(self):
        """A13: a second one stands by, then takes over; each call once."""
        stack = self.exchange.stack
        first = stack.processes["connector"]
        self.addCleanup(first.kill)
        stack.start_connector()
        wait(lambda: self.exchange.connectors() == 2, 60, "a second one stands by")
        before = len(self.exchange.ids())
        row = self.exchange.settled(self.exchange.dial("13800000201"))
        self.assertEqual(row["result"], "busy")
        self.assertEqual(len(self.exchange.ids()), before + 1)
        first.terminate()
        self.assertEqual(first.wait(20), 0)
        self.exchange.connected(20)
        self.exchange.telephones_ready()
        linkedid = self.talking("13800000210")
        self.hang_up()
        self.assertEqual(self.exchange.settled(linkedid)["result"], "answered")
        self.assertEqual(len(self.exchange.ids()), before + 2)
