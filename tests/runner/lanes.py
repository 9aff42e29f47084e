"""Runs jobs two at a time, the dearest first, so that both lanes end together."""

import fcntl
import re
import shutil
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from . import timings
from .jobs import BUILD, Job, Lane, Outcome
from .parts import CACHE

PORTS = range(22000, 29000, 100)
LOGS = BUILD / "test"


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@contextmanager
def free_lane(name: str) -> Iterator[Lane]:
    """A hundred ports that no other run on this machine has taken."""
    folder = CACHE / "ports"
    folder.mkdir(exist_ok=True)
    for port in PORTS:
        with open(folder / str(port), "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if all(map(port_is_free, (port, port + 1))):
                yield Lane(name, port)
                return
    raise SystemExit(f"no free ports between {PORTS.start} and {PORTS.stop}")


def remembered_costs(jobs: list[Job]) -> list[Job]:
    """Jobs with the seconds they took here last time instead of the guess."""
    seconds = timings.known()
    return [
        replace(job, cost=seconds.get(job.title, job.cost)) if job.whole else job
        for job in jobs
    ]


class Queue:
    """Hands out the dearest job whose group is idle."""

    def __init__(self, jobs: list[Job]):
        self._waiting = sorted(jobs, key=lambda job: -job.cost)
        self._busy: set[str] = set()
        self._changed = threading.Condition()

    def take(self) -> Job | None:
        with self._changed:
            while self._waiting:
                for job in self._waiting:
                    if not job.group or job.group not in self._busy:
                        self._waiting.remove(job)
                        self._busy.add(job.group)
                        return job
                self._changed.wait()
            return None

    def done(self, job: Job) -> None:
        with self._changed:
            self._busy.discard(job.group)
            self._changed.notify_all()


def run_one(job: Job, lane: Lane) -> Outcome:
    """A job that breaks is a failed job, with its traceback as the problem."""
    logs = LOGS / re.sub(r"[: /#]", "-", job.title)
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    try:
        return job.run(lane, logs)
    except Exception:  # noqa: BLE001 - whatever it is, it goes into the report
        outcome = Outcome()
        outcome.fail(f"{job.title} broke:\n{traceback.format_exc()}")
        return outcome


Told = Callable[[Job, Outcome, float], None]


def run_jobs(jobs: list[Job], lanes: int, tell: Told) -> None:
    """Run all of them; `tell` hears of each as soon as it is done."""
    queue = Queue(remembered_costs(jobs))
    seconds: dict[str, float] = {}

    def work(lane: Lane) -> None:
        while job := queue.take():
            begin = time.monotonic()
            outcome = run_one(job, lane)
            queue.done(job)
            took = round(time.monotonic() - begin, 1)
            if job.whole:
                seconds[job.title] = took
            seconds.update(outcome.seconds)
            tell(job, outcome, took)

    with ExitStack() as stack:
        names = "abcdefgh"[:lanes]
        free = [stack.enter_context(free_lane(name)) for name in names]
        threads = [threading.Thread(target=work, args=(lane,)) for lane in free]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    timings.remember(seconds)
