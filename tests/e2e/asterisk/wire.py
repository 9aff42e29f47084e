"""A connection between connector and PBX that can be cut in the middle of a message."""

import contextlib
import socket
import threading


class Wire:
    """Passes bytes on between its own port and the PBX's."""

    def __init__(self, target_port):
        self.target = ("127.0.0.1", target_port)
        self.pairs = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()
        self.cut()

    def cut(self):
        """Break every connection now, whatever is on its way."""
        for one in [end for pair in self.pairs for end in pair]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self.pairs = []

    def _accept(self):
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self.target, 5)
            except OSError:
                near.close()
                continue
            # the seconds were for connecting: a quiet PBX is no broken wire
            far.settimeout(None)
            self.pairs.append((near, far))
            for source, sink in ((near, far), (far, near)):
                threading.Thread(
                    target=self._pass, args=(source, sink), daemon=True
                ).start()

    def _pass(self, source, sink):
        with contextlib.suppress(OSError):
            # small pieces: messages are cut anywhere
            while data := source.recv(1000):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)
