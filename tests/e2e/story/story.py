"""The main job of the product from the first file to the last refusal, step by step.

Run by ``make story`` (``python -m tests.e2e.story.story``), which prints what every
step checked, and by test_story.py, which makes a test of every step.
"""

import sys
import time
import traceback

from tests.clients.odoo import OdooError
from tests.clients.stack import Stack, StackError

from . import calls, commission, pool, sale, service
from .scene import Scene, StepFailed

STEPS = (
    *pool.STEPS,
    *calls.STEPS,
    *sale.STEPS,
    *commission.STEPS,
    *service.STEPS,
)


def title(step):
    return step.__doc__.strip().splitlines()[0].rstrip(".")


def run(step, scene):
    """Do one step; the sentences that it checked."""
    scene.checked = []
    step(scene)
    if not scene.checked:
        raise StepFailed("the step checked nothing")
    return scene.checked


def tell(scene):
    """All steps with their findings on the terminal; (passed, failed)."""
    for number, step in enumerate(STEPS, 1):
        began = time.monotonic()
        print(f"{number:2}/{len(STEPS)} {title(step)}", flush=True)
        try:
            sentences = run(step, scene)
        except (StepFailed, OdooError, TimeoutError, LookupError) as error:
            for sentence in scene.checked:
                print(f"      ✓ {sentence}")
            print(f"      ✗ {type(error).__name__}: {error}")
            if isinstance(error, OdooError):
                print(error.debug)
            else:
                traceback.print_exc(file=sys.stdout)
            for later, skipped in enumerate(STEPS[number:], number + 1):
                print(f"{later:2}/{len(STEPS)} {title(skipped)}: not run")
            return number - 1, 1
        for sentence in sentences:
            print(f"      ✓ {sentence}")
        print(f"      {time.monotonic() - began:.1f} s", flush=True)
    return len(STEPS), 0


def main():
    began = time.monotonic()
    print("story: starting database, telephone exchange and Odoo", flush=True)
    try:
        with Stack("story") as stack:
            passed, failed = tell(Scene(stack))
    except StackError as error:
        print(f"error: {error}")
        passed, failed = 0, 1
    missing = len(STEPS) - passed - failed
    rest = f", {missing} not run" if missing else ""
    print(f"minutes: {(time.monotonic() - began) / 60:.1f}; logs in build/story")
    print(f"story: {passed} steps passed, {failed} failed{rest}")
    return 1 if failed or missing else 0


if __name__ == "__main__":
    sys.exit(main())
