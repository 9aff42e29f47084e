"""The browser's websocket: a user's notices as they arrive."""

import json
import threading
import time

import websocket


class BusListener:
    """Collects every notification of a logged-in client until it is closed.

    >>> with BusListener(agent) as bus:                        # doctest: +SKIP
    ...     place_call()
    ...     bus.wait("crm_asterisk.call", lambda call: call["direction"] == "in")
    """

    def __init__(self, client):
        self.client = client
        self.messages = []
        self._arrived = threading.Condition()
        self._thread = None
        self._socket = None
        self._closing = False

    def __enter__(self):
        version = self.client.session.get("websocket_worker_version", "")
        address = self.client.url.replace("http", "ws", 1)
        self._socket = websocket.create_connection(
            f"{address}/websocket?version={version}",
            cookie=f"session_id={self.client.cookie()}",
            origin=self.client.url,
            timeout=10,
            http_no_proxy=["*"],
        )
        self._socket.settimeout(None)
        subscribe = {"event_name": "subscribe", "data": {"channels": [], "last": 0}}
        self._socket.send(json.dumps(subscribe))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_exc):
        self._closing = True
        self._socket.close()
        self._thread.join(timeout=5)

    def _listen(self):
        while not self._closing:
            try:
                frame = self._socket.recv()
            except (OSError, websocket.WebSocketException):
                return
            if not frame:
                continue
            with self._arrived:
                self.messages += [item["message"] for item in json.loads(frame)]
                self._arrived.notify_all()

    def wait(self, kind, condition=lambda payload: True, timeout=30):
        """The first payload of that type for which the condition holds.

        :raises TimeoutError: naming what arrived instead
        """
        limit = time.monotonic() + timeout
        with self._arrived:
            while True:
                for message in self.messages:
                    if message["type"] == kind and condition(message["payload"]):
                        return message["payload"]
                left = limit - time.monotonic()
                if left <= 0:
                    raise TimeoutError(
                        f"no fitting {kind} in {timeout} s; arrived: {self.messages}"
                    )
                self._arrived.wait(left)
