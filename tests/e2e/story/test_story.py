"""The story as a test: every step is one, and stands on those before it."""

import unittest

from tests.clients.stack import Stack

from .scene import Scene, StepFailed
from .story import STEPS, run, title


class TestStory(unittest.TestCase):
    """Import, pool, calls, sale, commission, service, release: through public doors."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scene = Scene(cls.enterClassContext(Stack("story_test")))
        cls.stopped_at = None

    def _step(self, step):
        if self.stopped_at:
            self.fail(f"not run, because this failed: {self.stopped_at}")
        try:
            run(step, self.scene)
        except StepFailed as error:
            type(self).stopped_at = title(step)
            self.fail(str(error))
        except Exception:  # whatever it is, the steps that follow cannot run
            type(self).stopped_at = title(step)
            raise


def _test_of(step):
    def test(self):
        self._step(step)

    test.__doc__ = title(step)
    return test


for _number, _one in enumerate(STEPS, 1):
    setattr(TestStory, f"test_{_number:02d}_{_one.__name__}", _test_of(_one))
