"""The nine faults of pyst2 0.5.1, each cured, each shown to be one (A1)."""

import threading
import time
import warnings

from asterisk.manager import Manager

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..ami.messages import AmiError
from ..ami.session import Session
from .common import BANNER, FakePbx, action_id, success

LIMIT_S = 1.0
EVENT = b"Event: Newchannel\r\nUniqueid: 1.1\r\n\r\n"


def _connected(make, pbx):
    client = make()
    client.connect("127.0.0.1", pbx.port)
    return client


def _heard(client, name="*"):
    heard = []
    client.register_event(name, lambda event, _client: heard.append(event))
    return heard


def _until(condition):
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        if condition():
            return True
        threading.Event().wait(0.005)
    return False


def words_status_will_follow(make):
    """1. A caller's name with "status will follow" must not silence the calls after
    it."""
    with FakePbx() as pbx:
        client = _connected(make, pbx)
        heard = _heard(client)
        pbx.push(
            b"Event: Newchannel\r\nCallerIDName: status will follow\r\n\r\n" + EVENT
        )
        return _until(lambda: len(heard) == 2)


def lists_are_events(make):
    """1b. QueueStatus answers with events."""

    def status(block):
        mark = b"ActionID: " + action_id(block) + b"\r\n"
        return (
            success(block, b"Message: Queue status will follow\r\n")
            + b"Event: QueueParams\r\nQueue: sales\r\n" + mark + b"\r\n"
            + b"Event: QueueStatusComplete\r\nEventList: Complete\r\n" + mark + b"\r\n"
        )  # fmt: skip

    with FakePbx({b"QueueStatus": status}) as pbx:
        client = _connected(make, pbx)
        heard = _heard(client, "QueueParams")
        client.send_action({"Action": "QueueStatus"})
        return _until(lambda: len(heard) == 1)


def answers_by_action_id(make):
    """2. The answer belongs to the action with its id, not to who waits first."""
    late = []

    def slow(block):
        late.append(success(block, b"Ping: slow\r\n"))
        return b""

    def quick(block):
        # when both wait: first the answer of the second, then that of the first
        own = success(block, b"Ping: quick\r\n")
        for delay, answer in ((0.1, own), (0.3, late.pop())):
            threading.Timer(delay, pbx.push, [answer]).start()
        return b""

    with FakePbx({b"Slow": slow, b"Quick": quick}) as pbx:
        client = _connected(make, pbx)
        answers = {}

        def ask(name):
            answers[name] = client.send_action({"Action": name}).headers["Ping"]

        threads = [
            threading.Thread(target=ask, args=[n], daemon=True)
            for n in ("Slow", "Quick")
        ]
        for thread in threads:
            thread.start()
            _until(lambda: late)
            threading.Event().wait(0.1)
        for thread in threads:
            thread.join(LIMIT_S)
        return answers == {"Slow": "slow", "Quick": "quick"}


def frozen_pbx(make):
    """3. A PBX that says nothing gives an error, not an eternity."""
    with FakePbx({b"Ping": lambda block: b""}) as pbx:
        client = _connected(make, pbx)
        client.timeout = 0.1
        try:
            client.ping()
        except AmiError:
            return client.connected()
    return False


def channel_variables(make):
    """4. ChanVariable headers (channelvars in manager.conf) are read."""
    with FakePbx() as pbx:
        client = _connected(make, pbx)
        heard = _heard(client)
        pbx.push(
            b"Event: A\r\nChanVariable: GRADE=5\r\nChanVariable: NAME=a=b\r\n\r\n"
            + EVENT
        )
        return _until(lambda: len(heard) == 2) and heard[0].variables["NAME"] == "a=b"


@mute_logger("odoo.addons.crm_asterisk.ami.session")
def exception_in_callback(make):
    """5. A callback that fails does not end the others."""
    with FakePbx() as pbx:
        client = _connected(make, pbx)
        client.register_event("Bad", lambda event, _client: 1 / 0)
        heard = _heard(client, "Newchannel")
        pbx.push(b"Event: Bad\r\n\r\n" + EVENT)
        return _until(lambda: len(heard) == 1)


def line_breaks_refused(make):
    """6. CR, LF and NUL in a value would be an action of the caller's choice (A15)."""
    with FakePbx() as pbx:
        client = _connected(make, pbx)
        refused = 0
        for sign in ("\r\n\r\nAction: Originate", "\n", "\0"):
            try:
                client.send_action({"Action": "Originate", "CallerID": f"Eve{sign}"})
            except ValueError:
                refused += 1
        return refused == 3 and not any(b"Originate" in block for block in pbx.received)


def broken_line_is_told(make):
    """7. Who waits when the connection breaks learns it at once."""
    with FakePbx({b"Ping": lambda block: b""}) as pbx:
        client = _connected(make, pbx)
        threading.Timer(0.1, lambda: pbx.connections[0].shutdown(2)).start()
        started = time.monotonic()
        try:
            client.ping()
        except AmiError:
            return time.monotonic() - started < LIMIT_S and "closed" in client.reason
    return False


def actions_keep_nothing(make):
    """8. An action's headers do not return in the next one; repeated headers are all
    there; text that is no UTF-8 (GB18030) is not lost."""
    with FakePbx(
        {b"Command": lambda b: success(b, b"Output: one\r\nOutput: two\r\n")}
    ) as pbx:
        client = _connected(make, pbx)
        heard = _heard(client)
        client.send_action(Action="Hangup", Channel="PJSIP/101-1")
        client.send_action(Action="Ping")
        output = client.command("core show uptime")
        name = "王小明"
        pbx.push(b"Event: A\r\nCallerIDName: " + name.encode("gb18030") + b"\r\n\r\n")
        _until(lambda: heard)
        return (
            b"Channel" not in pbx.received[1]
            and list(output) == ["one", "two"]
            and heard[0].headers["CallerIDName"] == name
        )


def read_in_pieces(make):
    """9. 3,000 events are read within the limit (pyst2: one system call per byte)."""
    with FakePbx() as pbx:
        client = _connected(make, pbx)
        heard = _heard(client)
        filler = b"".join(b"Header%d: value of some length\r\n" % n for n in range(15))
        pbx.push((b"Event: Newchannel\r\n" + filler + b"\r\n") * 3000)
        return _until(lambda: len(heard) == 3000)


FAULTS = (
    words_status_will_follow,
    lists_are_events,
    answers_by_action_id,
    frozen_pbx,
    channel_variables,
    exception_in_callback,
    line_breaks_refused,
    broken_line_is_told,
    actions_keep_nothing,
    read_in_pieces,
)


@tagged("post_install", "-at_install")
class TestPyst2Faults(BaseCase):
    def test_session_has_none(self):
        """A1, A15: our session passes each check."""
        for fault in FAULTS:
            with self.subTest(fault.__name__):
                self.assertTrue(fault(Session), fault.__doc__)

    def test_plain_pyst2_has_all(self):
        """A1: plain pyst2 fails each check, or never comes back from it."""
        # pyst2 calls what Python 3.10 deprecates
        self.enterContext(warnings.catch_warnings())
        warnings.simplefilter("ignore", DeprecationWarning)
        held = threading.excepthook
        threading.excepthook = lambda _args: None
        self.addCleanup(setattr, threading, "excepthook", held)
        threads = []
        for fault in FAULTS:
            result = []
            thread = threading.Thread(
                target=_quietly, args=[fault, result], daemon=True
            )
            thread.start()
            threads.append((fault, thread, result))
        end = time.monotonic() + 3 * LIMIT_S
        for fault, thread, result in threads:
            thread.join(max(0, end - time.monotonic()))
            self.assertNotEqual(
                result, [True], f"pyst2 as shipped passes: {fault.__doc__}"
            )

    def test_banner_of_something_else(self):
        """A14: a port that is no manager's is named."""
        with FakePbx(banner=b"220 mail.example.com ESMTP\r\n") as pbx:
            with self.assertRaisesRegex(AmiError, "no Asterisk manager"):
                Session(0.5).connect("127.0.0.1", pbx.port)
        self.assertIn(b"Asterisk", BANNER)


class _Flag(threading.Event):
    isSet = threading.Event.is_set


def _plain():
    """pyst2's Manager as shipped, without its warning at each turn of a loop: some of
    its threads stay when the test is over."""
    manager = Manager()
    manager._connected, manager._running = _Flag(), _Flag()
    return manager


def _quietly(fault, result):
    try:
        result.append(fault(_plain))
    except Exception:  # noqa: BLE001  # any failure is what is expected
        result.append(False)
