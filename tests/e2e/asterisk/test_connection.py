"""The connection test names the step that fails, on the real exchange (A14)."""

from .exchange import ExchangeCase, wait


class TestConnection(ExchangeCase):
    def told(self):
        """State and message of one connection test."""
        office = self.exchange.office
        office.call("asterisk.server", "action_test_connection", [self.exchange.server])
        [command] = office.search("asterisk.command", [("kind", "=", "test")], limit=1)

        def finished():
            row = office.read_one("asterisk.command", command, ["state", "message"])
            return row if row["state"] not in ("queued", "sent") else None

        row = wait(finished, 20, "test finished")
        return row["state"], row["message"]

    def change(self, name, value):
        """Another setting of the PBX until the test ends."""
        office, server = self.exchange.office, [self.exchange.server]
        before = office.read_one("asterisk.server", server[0], [name])[name]
        self.addCleanup(office.write, "asterisk.server", server, {name: before})
        office.write("asterisk.server", server, {name: value})

    def test_all_is_well(self):
        """A14: version and number of telephones."""
        state, message = self.told()
        self.assertEqual(state, "ok", message)
        self.assertRegex(message, r"Asterisk 2\d.*, \d+ telephones")

    def test_context_that_is_none(self):
        """A14"""
        self.change("transfer_context", "nowhere")
        self.assertEqual(
            self.told(), ("error", "dialplan: there is no context nowhere")
        )

    def test_call_records_file(self):
        """A14"""
        self.change("records_file", "/nowhere/Odoo.csv")
        state, message = self.told()
        self.assertEqual(state, "error")
        self.assertIn("call records file: ", message)
        self.change("records_file", False)
        self.assertIn("none is entered", self.told()[1])

    def test_wrong_password(self):
        """A14: refused is said, and tried again after minutes only."""
        # the last one first: the secret is mended, then a new connector logs in
        self.addCleanup(self.exchange.stack.start_connector)
        self.change("secret", "wrong")
        self.exchange.wire.cut()
        wait(lambda: self.exchange.state() == "refused", 30, "refused")
        office = self.exchange.office
        answer = office.call(
            "asterisk.server", "action_test_connection", [self.exchange.server]
        )
        self.assertIn("Authentication failed", answer["params"]["message"])
        self.exchange.stack.processes["connector"].terminate()
        self.exchange.stack.processes["connector"].wait(20)
