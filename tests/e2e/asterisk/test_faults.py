"""Whatever breaks, calls in Odoo are the calls of the PBX, once (A1, A13)."""

import signal
import time

from .exchange import ExchangeCase, wait


class TestFaults(ExchangeCase):
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
        time.sleep(15)
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
