"""Two lanes at once: everything runs once, groups apart, and nothing is lost."""

import contextlib
import io
import socket
import threading
import time
import unittest
from unittest.mock import patch

from tests.runner import lanes
from tests.runner.jobs import Job, Lane, Outcome
from tests.runner.suites import jobs_of


def run(jobs: list[Job], count: int = 2) -> dict[str, Outcome]:
    heard: dict[str, Outcome] = {}
    with (
        patch.object(lanes.timings, "remember"),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        lanes.run_jobs(jobs, count, lambda job, out, _s: heard.update({job.name: out}))
    return heard


class TestLanes(unittest.TestCase):
    def test_dearest_first(self):
        queue = lanes.Queue([Job("s", "a", None, 1), Job("s", "b", None, 9)])
        self.assertEqual([queue.take().name, queue.take().name], ["b", "a"])
        self.assertIsNone(queue.take())

    def test_seconds_of_a_whole_suite_are_remembered(self):
        """Those of some of its tests would mislead the next run."""
        whole = Job("s", "a", lambda *_: Outcome(1, seconds={"x/TestX": 2.5}))
        some = Job("s", "b", lambda *_: Outcome(1), whole=False)
        with patch.object(lanes.timings, "remember") as remember:
            lanes.run_jobs([whole, some], 2, lambda *_: None)
        self.assertEqual(remember.call_args[0][0], {"s:a": 0.0, "x/TestX": 2.5})
        with patch.object(lanes.timings, "known", return_value={"s:a": 7, "s:b": 7}):
            jobs = lanes.remembered_costs([whole, some])
        self.assertEqual([job.cost for job in jobs], [7, 10])

    def test_lanes_have_ports_of_their_own(self):
        ports, met = set(), threading.Barrier(2, timeout=10)

        def job(lane, _logs):
            met.wait()  # both lanes are at work at once
            ports.add(lane.port)
            return Outcome(1)

        run([Job("unit", "a", job), Job("unit", "b", job)])
        self.assertEqual(len(ports), 2)

    def test_group_is_never_at_work_twice(self):
        busy = threading.Lock()

        def job(_lane, _logs):
            with self.assertRaisesRegex(RuntimeError, "free"):
                if busy.acquire(blocking=False):
                    time.sleep(0.02)
                    busy.release()
                    raise RuntimeError("free")
            return Outcome(1)

        heard = run([Job("unit", str(n), job, group="g") for n in range(6)])
        self.assertEqual([o.failed for o in heard.values()], [0] * 6)

    def test_broken_job_is_a_failure(self):
        def job(_lane, _logs):
            raise OSError("no space left")

        outcome = run([Job("unit", "a", job)], 1)["a"]
        self.assertEqual(outcome.failed, 1)
        self.assertIn("no space left", outcome.problems[0])

    def test_taken_port_is_passed_over(self):
        with socket.socket() as other, lanes.free_lane("first") as first:
            with lanes.free_lane("x") as lane:
                taken = lane.port
            other.bind(("127.0.0.1", taken))
            with lanes.free_lane("second") as second:
                self.assertNotIn(second.port, (first.port, taken))

    def test_suite_without_tests_is_a_failure(self):
        (job,) = jobs_of(["e2e:nothing_of_that_name"])
        self.assertEqual(job.run(Lane("a", 1), None).failed, 1)

    def test_unknown_suite_is_refused(self):
        with self.assertRaisesRegex(SystemExit, "no suite tset"):
            jobs_of(["tset"])
