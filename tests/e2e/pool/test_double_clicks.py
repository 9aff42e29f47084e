"""The same request twice at once, on two servers; see floor.py."""

from dataclasses import dataclass, replace

from tests.clients.crowd import stampede

from .floor import FloorCase


@dataclass(frozen=True)
class Click:
    """An action on three customers, and what the first of two clicks answers."""

    who: str
    action: str
    code: str
    arguments: tuple = ()
    stage: str = "target"
    is_owned: bool = True
    before: tuple = ()  # what the person has done with them: action, arguments


CLICKS = (
    Click("agent", "action_claim", "claimed", is_owned=False),
    Click("agent", "action_screen", "claimed", ("target",), "reserve", False),
    Click("agent", "action_release", "released"),
    Click("agent", "action_promote", "moved", ("potential",)),
    Click("agent", "action_demote", "moved", ("target",), "potential"),
    Click("agent", "action_pause", "paused", stage="potential"),
    Click("agent", "action_resume", "resumed", stage="potential",
          before=("action_pause",)),
    Click("agent", "action_share", "shared", ("colleague",)),
    Click("agent", "action_change_member", "changed", ("colleague", True),
          before=("action_share", "colleague")),
    Click("agent", "action_unshare", "unshared", ("colleague",),
          before=("action_share", "colleague")),
    Click("agent", "action_protect", "protected_until"),
    Click("agent", "action_unprotect", "unprotected", before=("action_protect",)),
    Click("manager", "action_move", "moved", ("potential", "why")),
    Click("manager", "action_assign", "assigned", ("colleague", "why"),
          is_owned=False),
    Click("manager", "action_assign", "assigned", ("colleague", "why")),
    Click("manager", "action_release", "released", ("why",)),
)  # fmt: skip
HARMLESS = {
    "already_yours", "already_there", "not_found", "not_allowed", "taken_by",
    "illegal_transition",
}  # fmt: skip


class TestDoubleClick(FloorCase):
    """P23, P26: the same request twice at once does what one does."""

    def click(self, person, action, ids, *arguments):
        """The same request on both servers at once: two lists of codes."""
        tabs = [replace(person, port=self.floor.servers[n].port) for n in (0, 1)]
        done = stampede(
            tabs,
            lambda tab, _n: tab.call("crm.pool.customer", action, ids, *arguments),
            times=1,
        )
        for answer in done.answers:
            if isinstance(answer, Exception):
                raise answer
        return [[row["code"] for row in answer] for answer in done.answers]

    def prepare(self, person, ids, stage, is_owned):
        """Customers in a stage, the person's own or nobody's, by the actions."""
        manager = self.floor.managers[0]

        def act(one, action, *arguments):
            return one.call("crm.pool.customer", action, ids, *arguments)

        if is_owned:
            act(person, "action_claim")
        if stage != "target":
            act(manager, "action_move", stage, "prepared")

    def test_double_click_on_everything(self):
        """P23, P26, P28, P29, bad input: one of the two does it, the other says so;
        each is logged once; sound."""
        agent, colleague = self.floor.agents[:2]
        people = {"agent": agent, "manager": self.floor.managers[0]}
        for click in CLICKS:
            with self.subTest(action=click.action, is_owned=click.is_owned):
                self.floor.reset()
                ids = self.floor.ids[:3]
                self.prepare(agent, ids, click.stage, click.is_owned)

                def real(values):
                    return [colleague.uid if v == "colleague" else v for v in values]

                if click.before:
                    action, *values = click.before
                    agent.call("crm.pool.customer", action, ids, *real(values))
                before = self.floor.count("crm_pool_log")
                found = self.click(
                    people[click.who], click.action, ids, *real(click.arguments)
                )
                once = [rows for rows in found if set(rows) == {click.code}]
                again = [rows for rows in found if set(rows) <= HARMLESS]
                self.assertEqual((len(once), len(again)), (1, 1), found)
                self.assertEqual(self.floor.count("crm_pool_log"), before + 3)
                self.assertSound()

    def test_double_click_on_a_random_draw(self):
        """P26: two draws are two draws, but the quota counts both."""
        self.floor.reset(daily_limit=5)
        tabs = [
            replace(self.floor.agents[0], port=self.floor.servers[n].port)
            for n in (0, 1)
        ]
        done = stampede(
            tabs,
            lambda tab, _n: tab.call(
                "crm.pool.customer", "action_claim_random", 4, [], "target"
            ),
            times=1,
        )
        found = [row["code"] for answer in done.answers for row in answer]
        self.assertEqual(found.count("claimed"), 5)
        self.assertSound()

    def test_two_managers_assign_the_same_customers(self):
        """P26, bad input: both are done one after the other; the log tells which came
        last."""
        self.floor.reset()
        ids = self.floor.ids[:5]
        one, other = self.floor.managers
        other = replace(other, port=self.floor.servers[1].port)
        targets = {one.login: self.floor.agents[0], other.login: self.floor.agents[1]}
        done = stampede(
            [one, other],
            lambda manager, _n: manager.call(
                "crm.pool.customer",
                "action_assign",
                ids,
                targets[manager.login].uid,
                manager.login,
            ),
            times=1,
        )
        self.assertEqual(
            {row["code"] for answer in done.answers for row in answer}, {"assigned"}
        )
        self.assertEqual(self.floor.count("crm_pool_log", "action = 'assign'"), 10)
        self.assertSound()
