"""python -m tests.runner [SUITE[:NAME]…] [--tags TAGS] [--lanes N]"""

import argparse
import signal
import sys
import time

from .databases import drop_stale
from .jobs import end_all_children
from .lanes import run_jobs
from .odoo_tests import warm_up
from .report import Report
from .suites import SUITES, jobs_of, needs_template


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/test", description=__doc__)
    parser.add_argument(
        "suites", nargs="*", metavar="SUITE[:NAME]", help=", ".join(SUITES)
    )
    parser.add_argument("--tags", default="", help="Odoo test tags, with addon:NAME")
    parser.add_argument("--lanes", type=int, default=2, help="jobs at once")
    options = parser.parse_args()

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begin = time.monotonic()
    report = Report()
    jobs = jobs_of(options.suites, options.tags)
    try:
        if needs_template(jobs):
            drop_stale()
            warm_up()
        run_jobs(jobs, min(options.lanes, len(jobs)), report.tell)
    except (KeyboardInterrupt, SystemExit):
        end_all_children()
        raise
    print("\n".join(report.lines((time.monotonic() - begin) / 60)), flush=True)
    return 1 if report.failed or not report.passed else 0


if __name__ == "__main__":
    sys.exit(main())
