"""incentive.post_overhead: posting 40 invoices in a database with crm_incentive and a
plan in force, and in one without; two processes in turns."""

import json
import os
import statistics
import subprocess

from tests.layout import PROJECT
from tests.runner.databases import DATA_DIR, connection_environment

PAIRS, COUNT, LINES = 15, 40, 5
PROGRAM = """
import json, os, time
from tests.bench.incentive import invoices
ask, answer = open({ask!r}), open({answer!r}, "w")
invoices.draft(env, {count}, {lines}).action_post()
env.cr.commit()
for _number in ask:
    batch = invoices.draft(env, {count}, {lines})
    env.flush_all()
    env.invalidate_all()
    begin = time.perf_counter()
    batch.action_post()
    env.flush_all()
    seconds = time.perf_counter() - begin
    env.cr.commit()
    print(json.dumps(seconds), file=answer, flush=True)
"""


class Poster:
    """A process that posts a batch when it is asked to."""

    def __init__(self, run, name, template):
        database = run.copy(template, name)
        pipes = [run.folder / f"{name}.{end}" for end in ("ask", "answer")]
        for pipe in pipes:
            pipe.unlink(missing_ok=True)
            os.mkfifo(pipe)
        program = PROGRAM.format(
            ask=str(pipes[0]), answer=str(pipes[1]), count=COUNT, lines=LINES
        )
        log = run.folder / f"{name}.log"
        words = ("shell", "-d", database, f"--data-dir={DATA_DIR}", "--no-http")
        self.process = subprocess.Popen(
            [PROJECT / "scripts" / "odoo", *words, f"--logfile={log}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=os.environ | connection_environment() | {"PYTHONPATH": str(PROJECT)},
            cwd=PROJECT,
        )
        run.stack.callback(self.stop)
        self.process.stdin.write(program.encode())
        self.process.stdin.close()
        self.ask = open(pipes[0], "w")  # until the program opens it, too
        self.answer = open(pipes[1])

    def post(self) -> float:
        """Seconds that posting a batch takes."""
        print("post", file=self.ask, flush=True)
        line = self.answer.readline()
        if not line:
            raise RuntimeError("posting ended; its log tells why")
        return json.loads(line)

    def stop(self):
        self.ask.close()
        self.process.wait(60)


def measure(run) -> dict[str, float]:
    with_it = Poster(run, "with", run.kept["invoices"])
    without = Poster(run, "without", run.kept["alone"])
    pairs = []
    for number in range(PAIRS):
        # who begins changes, so that neither gains by the other's garbage
        posters = (with_it, without) if number % 2 else (without, with_it)
        taken = {poster: poster.post() for poster in posters}
        pairs.append((taken[with_it], taken[without]))
    middle = [statistics.median(pair[side] for pair in pairs) for side in (0, 1)]
    run.tell(
        f"posting {COUNT} invoices of {LINES} lines: {middle[0]:.3f} s with the"
        f" addon, {middle[1]:.3f} s without (medians of {PAIRS})"
    )
    ratios = [taken[0] / taken[1] for taken in pairs]
    return {"incentive.post_overhead": statistics.median(ratios)}
