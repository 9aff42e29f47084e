import doctest
from html import unescape

from hypothesis import given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from ..script import Answer, Node, Script, ScriptTextError, graph, render, text

keys = st.integers(0, 5)
scripts = st.builds(
    Script,
    keys,
    st.lists(
        st.tuples(keys, st.lists(st.one_of(st.none(), keys), max_size=3)),
        max_size=6,
        unique_by=lambda node: node[0],
    ).map(
        lambda nodes: tuple(
            Node(key, tuple(Answer(i, target) for i, target in enumerate(targets)))
            for key, targets in nodes
        )
    ),
)


def walks(script, steps):
    """Every key that can be reached in so many steps, one step at a time."""
    known = {node.key for node in script.nodes}
    reached = {script.start} & known
    for _step in range(steps):
        for key in tuple(reached):
            for answer in script.node(key).answers:
                if answer.target in known:
                    reached.add(answer.target)
    return reached


@tagged("post_install", "-at_install")
class TestScriptGraph(BaseCase):
    """T8: branching questions."""

    def test_T8_doctests(self):
        for module in (graph, text):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted)
            self.assertFalse(result.failed)

    def kinds(self, script):
        return {problem.kind: problem.nodes for problem in script.problems()}

    @settings(max_examples=300, deadline=None)
    @given(scripts)
    def test_T8_unreachable_is_what_no_walk_reaches(self, script):
        lost = set(self.kinds(script).get("unreachable", ()))
        self.assertEqual(lost, {node.key for node in script.nodes} - walks(script, 7))

    @settings(max_examples=300, deadline=None)
    @given(scripts)
    def test_T8_reported_cycles_can_be_walked_and_none_is_missed(self, script):
        cycles = [p.nodes for p in script.problems() if p.kind == "cycle"]
        for cycle in cycles:
            for key, target in zip(cycle, cycle[1:] + cycle[:1], strict=True):
                self.assertIn(target, [a.target for a in script.node(key).answers])
        inside = {
            node.key
            for node in script.nodes
            if any(
                a.target is not None
                and node.key in walks(Script(a.target, script.nodes), 7)
                for a in node.answers
            )
        }
        self.assertEqual(bool(inside), bool(cycles))
        self.assertLessEqual({key for cycle in cycles for key in cycle}, inside)

    def test_T8_endless_script_is_blocking_a_way_back_is_not(self):
        endless = Script(1, (Node(1, (Answer(0, 2),)), Node(2, (Answer(0, 1),))))
        self.assertTrue(any(p.is_blocking for p in endless.problems()))
        objection = Script(
            1, (Node(1, (Answer(0, 2), Answer(1))), Node(2, (Answer(0, 1),)))
        )
        self.assertEqual(list(self.kinds(objection)), ["cycle"])
        self.assertFalse(any(p.is_blocking for p in objection.problems()))

    def test_T8_missing_start_duplicate_and_dangling_are_named(self):
        script = Script(9, (Node(1, (Answer(0, 7),)), Node(1)))
        self.assertEqual(self.kinds(script)["no_start"], ())
        self.assertEqual(self.kinds(script)["duplicate"], (1,))
        self.assertEqual(self.kinds(script)["dangling"], (1,))

    def test_T8_unknown_answer_is_an_error(self):
        script = Script(1, (Node(1),))
        with self.assertRaises(KeyError):
            script.next_node(1, "no such answer")


@tagged("post_install", "-at_install")
class TestScriptText(BaseCase):
    """T8: placeholders."""

    def test_T8_only_listed_names_are_placeholders(self):
        for bad in (
            "{{other}}",
            "{{name.upper}}",
            "{{ name | safe }}",
            "{{}}",
            "{{1}}",
        ):
            with self.assertRaises(ScriptTextError):
                render(bad, {"name": "Li", "": "x", "1": "y", "name.upper": "z"})

    @given(st.text(), st.text())
    def test_T8_value_and_text_are_escaped(self, value, around):
        around = around.replace("{{", "")
        html = render(f"{around} {{{{name}}}}", {"name": value})
        self.assertNotIn("<", html.replace("<br/>", ""))
        self.assertEqual(unescape(html.replace("<br/>", "\n")), f"{around} {value}")

    def test_T8_a_value_is_never_read_as_a_placeholder(self):
        self.assertEqual(render("{{a}}{{b}}", {"a": "{{b}}", "b": "B"}), "{{b}}B")
