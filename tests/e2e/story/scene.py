"""What the steps of the story share: the people, the file, what happened so far."""

import json
from pathlib import Path

import yaml

from tests.data import generate_customers as generator

DATA = Path(generator.__file__).parent


class StepFailed(AssertionError):
    """A check of the story that does not hold."""


class Scene:
    """The people at their desks and the memory of the story.

    Everybody acts through his own session; nothing here reaches into the database.
    """

    def __init__(self, stack):
        self.stack = stack
        self.plan = yaml.safe_load((DATA / "story.yaml").read_text(encoding="utf-8"))
        self.expected = json.loads(
            (DATA / "customers.expected.json").read_text(encoding="utf-8")
        )
        self.people = {}
        self.checked = []

    def __getattr__(self, name):
        # the people by their login: scene.agent1
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(f"the story has no {name} yet") from None

    @property
    def agents(self):
        return [self.agent1, self.agent2, self.agent3]

    def check(self, condition, sentence):
        """One thing that was looked at; the sentence says what holds."""
        if not condition:
            raise StepFailed(f"not so: {sentence}")
        self.checked.append(sentence)

    def check_equal(self, found, wanted, what):
        if found != wanted:
            raise StepFailed(f"{what}: expected {wanted!r}, found {found!r}")
        self.checked.append(f"{what}: {found}")
