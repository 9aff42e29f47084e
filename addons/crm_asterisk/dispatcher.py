"""Orders of the outbox, carried out on the connection to the PBX."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from .ami.actions import to_actions
from .ami.messages import AmiError
from .ami.records import read_back
from .ami.session import AmiClosed, AmiTimeout, Session
from .gateway import Gateway, Order

_logger = logging.getLogger(__name__)

_HARMLESS = frozenset(
    (
        "Unable to add interface: Already there",
        "Unable to remove interface: Not there",
    )
)
# commands of whose effect the PBX tells nobody
_UNTOLD = {
    "mute": "OdooMute",
    "unmute": "OdooMute",
    "record_pause": "OdooRecord",
    "record_resume": "OdooRecord",
}


class Dispatcher:
    """Sends the orders of one PBX, and makes the connection test (A14)."""

    def __init__(
        self, gateway: Gateway, session: Session, hear: Callable[[dict], None]
    ):
        self.gateway = gateway
        self.session = session
        self.hear = hear

    def carry_out(self, order: Order) -> None:
        """Send one command, once. No answer is no failure: resolve_orders finds out."""
        try:
            is_test = order.kind == "test"
            message = self._do_test(order) if is_test else self._do(order)
        except (AmiTimeout, AmiClosed) as error:
            _logger.warning("command %s: %s", order.uuid, error)
            return
        except AmiError as error:
            self.gateway.finish_order(order.id, "error", str(error))
            return
        self.gateway.finish_order(order.id, "ok", message)

    def _do(self, order: Order) -> str:
        for headers in to_actions(order.kind, order.uuid, order.payload):
            answer = self.session.send_action(headers)
            message = answer.get("Message", "refused")
            if answer.failed and message not in _HARMLESS:
                raise AmiError(message)
        if order.kind in _UNTOLD:
            self.hear(
                {
                    "Event": _UNTOLD[order.kind],
                    "Uniqueid": order.payload["uniqueid"],
                    "Linkedid": order.payload["linkedid"],
                    "State": order.kind,
                    "Timestamp": f"{time.time():.6f}",
                }
            )
        return ""

    def _do_test(self, order: Order) -> str:
        """Each step of the connection; the first one that fails is named."""
        if self.session.send_action({"Action": "Ping"}).get("Timestamp", "") == "":
            raise AmiError("ping: the answer has no time")
        _answer, devices = self.session.send_list({"Action": "DeviceStateList"})
        if not devices:
            raise AmiError("telephones: the PBX knows none (class call or reporting)")
        settings = self.session.send_action({"Action": "CoreSettings"})
        if settings.failed:
            raise AmiError("settings: the account lacks the class system")
        if settings.get("CoreCDRenabled") == "No":
            raise AmiError("call records: CDR is switched off (cdr.conf)")
        self._test_dialplan(order.payload.get("contexts", ()))
        self._test_records()
        version = settings.get("AsteriskVersion", "?")
        return f"Asterisk {version}, {len(devices)} telephones"

    def _test_dialplan(self, contexts: list[str]) -> None:
        for name in contexts:
            answer, _lines = self.session.send_list(
                {"Action": "ShowDialPlan", "Context": name}
            )
            if answer.failed:
                raise AmiError(f"dialplan: there is no context {name}")

    def _test_records(self) -> None:
        account = self.gateway.account()
        if account is None or not account.records_file:
            raise AmiError("call records file: none is entered, calls may be missed")
        try:
            next(read_back(Path(account.records_file), time.time()), None)
        except OSError as error:
            raise AmiError(f"call records file: {error}") from error
