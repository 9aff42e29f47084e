"""ami.parse_vs_pyst2: the same recorded events through a socket, to a callback."""

import statistics
import threading
import time
import warnings

from asterisk.manager import Manager

from odoo.addons.crm_asterisk.ami.session import Session

from . import traffic
from .player import Player

PAIRS = 3
# repetitions of all sessions: as many events as take each of the two some seconds
OURS, PLAIN = 40, 3
LIMIT_S = 120


def _rate(make, path, count) -> float:
    """Events a second from the first byte to the last callback."""
    done, heard = threading.Event(), [0]

    def hear(_event, _client):
        heard[0] += 1
        if heard[0] == count:
            done.set()

    with Player(path) as player:
        client = make()
        client.connect("127.0.0.1", player.port)
        client.register_event("*", hear)
        client.login("bench", "bench")
        begin = player.play()
        complete = done.wait(LIMIT_S)
        seconds = time.time() - begin
        client.close()
    if not complete:
        raise RuntimeError(f"{make.__name__} heard {heard[0]} of {count} events")
    return count / seconds


def measure(run) -> dict[str, float]:
    blocks = [block for session in traffic.recorded().values() for block in session]
    paths = {}
    for times in (OURS, PLAIN):
        folder = run.folder / f"parse-{times}"
        folder.mkdir(exist_ok=True)
        paths[times] = traffic.path_of(folder, blocks * times)
    ratios = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # pyst2's own
        for number in range(1, PAIRS + 1):
            plain = _rate(Manager, paths[PLAIN], len(blocks) * PLAIN)
            ours = _rate(Session, paths[OURS], len(blocks) * OURS)
            ratios.append(ours / plain)
            run.tell(
                f"parsing, pair {number}: {ours:.0f} events/s,"
                f" plain pyst2 {plain:.0f} events/s"
            )
    return {"ami.parse_vs_pyst2": statistics.median(ratios)}
