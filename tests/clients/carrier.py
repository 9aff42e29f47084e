"""The carrier's side of the simulated telephone network, over its manager interface."""

import itertools
import os
import socket


class Carrier:
    """Places calls to the company as a customer would: from outside, by SIP."""

    def __init__(self, port, secret, account="raw"):
        self.address = ("127.0.0.1", port)
        self.secret, self.account = secret, account
        self._numbers = itertools.count(1)

    def call_in(self, caller, called="4000", leg="wait"):
        """A customer with the number ``caller`` dials ``called`` at the company.

        ``leg`` is what he does when somebody answers (phones' context ``out``):
        wait, talk (a few seconds, then he hangs up) or quick.
        """
        self._action(
            Action="Originate",
            Channel=f"Local/{called}@trunkcall",
            Context="out",
            Exten=leg,
            Priority="1",
            CallerID=f"<{caller}>",
            Timeout="60000",
            Async="true",
        )

    def hang_up(self, called):
        """Who dialled ``called`` gives up, or has talked enough."""
        self._action(Action="Hangup", Channel=f"/^Local/{called}@trunkcall/")

    def hang_up_all(self):
        """End every call of the carrier's exchange."""
        self._action(Action="Hangup", Channel="/.*/")

    def _action(self, **fields):
        with socket.create_connection(self.address, timeout=10) as connection:
            stream = connection.makefile("rwb")
            stream.readline()  # banner
            self._send(
                stream, Action="Login", Username=self.account, Secret=self.secret
            )
            # answered: closing is enough, and the answer to a log-off is not sure to
            # come before the exchange closes
            self._send(stream, **fields)

    def _send(self, stream, **fields):
        token = f"carrier-{os.getpid()}-{id(self)}-{next(self._numbers)}"
        lines = {**fields, "ActionID": token}
        if any(char in value for value in lines.values() for char in "\r\n"):
            raise ValueError("line breaks in a manager action")
        text = "".join(f"{key}: {value}\r\n" for key, value in lines.items())
        stream.write(text.encode() + b"\r\n")
        stream.flush()
        reply = self._reply(stream, token)
        if reply.get("Response") != "Success":
            raise RuntimeError(f"{fields['Action']}: {reply.get('Message')}")

    def _reply(self, stream, token):
        """The answer with our id; events of other calls are passed over."""
        while True:
            block = {}
            while line := stream.readline().decode(errors="replace").strip():
                key, _, value = line.partition(":")
                block[key] = value.strip()
            if not block:
                raise ConnectionError("the carrier's exchange closed the connection")
            if block.get("ActionID") == token and "Response" in block:
                return block
