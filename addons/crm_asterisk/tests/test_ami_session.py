import doctest
import random
import socket
import threading

from odoo.tests import BaseCase, tagged

from ..ami import backoff, facts, messages as ami_messages, reading
from ..ami.backoff import REFUSED_S, Backoff
from ..ami.messages import AmiError, Parser, ValueRefused, dialable, endpoint_name
from ..ami.session import AmiClosed, AmiRefused, Session
from .common import BANNER, FakePbx, action_id, messages, success, transcript


@tagged("post_install", "-at_install")
class TestAmiSession(BaseCase):
    def _session(self, pbx):
        session = Session(2)
        self.addCleanup(session.close)
        session.connect("127.0.0.1", pbx.port)
        return session

    def test_doctests(self):
        for module in (backoff, facts, ami_messages, reading):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted, module.__name__)
            self.assertFalse(result.failed, module.__name__)

    def test_secret_is_not_on_the_wire(self):
        """A15: the login is a challenge; the secret is never sent."""
        with FakePbx() as pbx:
            self._session(pbx).login("odoo", "s3cret")
            self.assertFalse(any(b"s3cret" in block for block in pbx.received))

    def test_wrong_password(self):
        def refuse(block):
            error = b"Response: Error\r\nMessage: Authentication failed\r\nActionID: "
            return error + action_id(block) + b"\r\n\r\n"

        with FakePbx({b"Login": refuse}) as pbx:
            with self.assertRaisesRegex(AmiRefused, "Authentication failed"):
                self._session(pbx).login("odoo", "wrong")
        self.assertEqual(Backoff().failed(refused=True).delay(lambda: 0.5), REFUSED_S)

    def test_nobody_listens(self):
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        listener.close()
        with self.assertRaisesRegex(AmiError, "no connection to 127.0.0.1"):
            Session(1).connect("127.0.0.1", port)

    def test_list_is_collected_and_heard(self):
        def channels(block):
            mark = b"ActionID: " + action_id(block) + b"\r\n"
            item = b"Event: CoreShowChannel\r\nUniqueid: 1.1\r\n" + mark + b"\r\n"
            done = (
                b"Event: CoreShowChannelsComplete\r\nEventList: Complete\r\n"
                + mark
                + b"\r\n"
            )
            return success(block) + item * 3 + done

        with FakePbx({b"CoreShowChannels": channels}) as pbx:
            session, heard = self._session(pbx), []
            session.register_event(
                "CoreShowChannel", lambda event, _s: heard.append(event)
            )
            _answer, items = session.send_list({"Action": "CoreShowChannels"})
            self.assertEqual([len(items), len(heard)], [3, 3])

    def test_originate_response_is_an_event(self):
        """Asterisk echoes our ActionID in an event that has a Response header too."""

        def originate(block):
            event = b"Event: OriginateResponse\r\nResponse: Failure\r\nActionID: "
            return (
                event
                + action_id(block)
                + b"\r\n\r\n"
                + success(block, b"Message: queued\r\n")
            )

        with FakePbx({b"Originate": originate}) as pbx:
            answer = self._session(pbx).send_action(
                {"Action": "Originate", "ActionID": "odoo-1"}
            )
            self.assertEqual(answer["Message"], "queued")

    def test_many_threads_get_their_own_answers(self):
        with FakePbx(
            {b"Ping": lambda b: success(b, b"Mine: " + action_id(b) + b"\r\n")}
        ) as pbx:
            session, wrong = self._session(pbx), []

            def ask(thread):
                for count in range(50):
                    name = f"{thread}-{count}"
                    answer = session.send_action({"Action": "Ping", "ActionID": name})
                    if answer["Mine"] != name:
                        wrong.append(name)

            threads = [threading.Thread(target=ask, args=[n]) for n in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertFalse(wrong)

    def test_closed_session_refuses(self):
        with FakePbx() as pbx:
            session = self._session(pbx)
            session.close()
            with self.assertRaises(AmiClosed):
                session.ping()
            with self.assertRaisesRegex(AmiError, "connects once"):
                session.connect("127.0.0.1", pbx.port)

    def test_callback_cannot_wait(self):
        with FakePbx() as pbx:
            session, told = self._session(pbx), threading.Event()

            def callback(_event, session):
                with self.assertRaisesRegex(AmiError, "callback"):
                    session.ping()
                told.set()

            session.register_event("*", callback)
            pbx.push(b"Event: A\r\n\r\n")
            self.assertTrue(told.wait(2))


@tagged("post_install", "-at_install")
class TestAmiMessages(BaseCase):
    def test_cut_at_random_bytes(self):
        data = BANNER + transcript("in_queue_answered")
        whole = messages(transcript("in_queue_answered"))
        dice = random.Random(7)
        for _round in range(5):
            parser, cut, position = Parser(), [], 0
            while position < len(data):
                size = dice.choice((1, 2, 3, 7, 50, 1000, 5000))
                cut += parser.feed(data[position : position + size])
                position += size
            self.assertEqual(cut, whole)
            self.assertEqual(parser.banner, "Asterisk Call Manager/11.0.0")

    def test_long_line_and_endless_message(self):
        [event] = messages(b"Event: A\r\nX: " + b"x" * 65536 + b"\r\n\r\n")
        self.assertEqual(len(event["X"]), 65536)
        with self.assertRaises(AmiError):
            messages(b"Event: A\r\nX: " + b"x" * (1 << 20))

    def test_numbers_and_endpoints(self):
        """A15: only dial characters, only endpoints."""
        for good in ("13800000000", "+8613800000000", "*43#", "0"):
            self.assertEqual(dialable(good), good)
        for bad in (
            "",
            "1380000000a",
            "138 0000",
            "1\r\n2",
            "1,2",
            "１３８",
            "1&PJSIP/9",
            "9" * 41,
        ):
            with self.assertRaises(ValueRefused):
                dialable(bad)
        self.assertEqual(endpoint_name("PJSIP/101"), "PJSIP/101")
        for bad in ("101", "PJSIP/", "PJSIP/1&PJSIP/2", "Local/1@x/n", "PJSIP/1\n"):
            with self.assertRaises(ValueRefused):
                endpoint_name(bad)
