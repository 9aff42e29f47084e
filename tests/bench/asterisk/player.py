"""A PBX made of a socket, in a process of its own: it lets everybody in and plays a
file when it is told to.

python -m tests.bench.asterisk.player FILE: writes its port, then for each line on its
input plays the file to whoever connected last and writes when it began (seconds).
"""

import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.layout import PROJECT

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
ANSWERS = {
    b"Challenge": b"Challenge: 12345\r\n",
    b"CoreStatus": b"CoreStartupDate: 2026-01-01\r\nCoreStartupTime: 00:00:00\r\n",
    b"Ping": b"Ping: Pong\r\nTimestamp: 1.0\r\n",
}
LISTS = {b"DeviceStateList", b"CoreShowChannels", b"QueueStatus"}


class Player:
    """The process, from outside."""

    def __init__(self, path: Path):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.asterisk.player", path],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._process.terminate()
        self._process.wait()

    def play(self) -> float:
        """Begin; returns when, in seconds of time.time()."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


def _answer(block: bytes) -> bytes:
    name = re.search(rb"Action: (\w+)", block)
    found = re.search(rb"ActionID: (\S+)", block)
    mark = b"ActionID: " + found[1] + b"\r\n" if found else b""
    name = name[1] if name else b""
    answer = b"Response: Success\r\n" + mark + ANSWERS.get(name, b"") + b"\r\n"
    if name in LISTS:
        answer += (
            b"Event: " + name + b"Complete\r\nEventList: Complete\r\n" + mark + b"\r\n"
        )
    return answer


def _serve(connection: socket.socket) -> None:
    data = b""
    try:
        connection.sendall(BANNER)
        while piece := connection.recv(65536):
            *blocks, data = (data + piece).split(b"\r\n\r\n")
            for block in blocks:
                connection.sendall(_answer(block))
                if b"Action: Logoff" in block:
                    connection.shutdown(socket.SHUT_RDWR)  # pyst2 waits for it
    except OSError:
        return


def main(path: str) -> None:
    data, connections = Path(path).read_bytes(), []
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            connection, _address = listener.accept()
            connections.append(connection)
            threading.Thread(target=_serve, args=[connection], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    for _line in sys.stdin:
        print(time.time(), flush=True)
        connections[-1].sendall(data)


if __name__ == "__main__":
    main(sys.argv[1])
