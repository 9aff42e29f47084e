from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import TelesalesCase


@tagged("post_install", "-at_install")
class TestCrmCallScript(TelesalesCase):
    """T8: call scripts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.script = cls.env["crm.call.script"].create(
            {
                "name": "Reference",
                "kind": "reference",
                "node_ids": [
                    Command.create({"name": "Hello", "text": "I am {{agent}}"}),
                    Command.create({"name": "Offer", "text": "Buy, {{customer}}!"}),
                ],
            }
        )
        hello, offer = cls.script.node_ids
        cls.answer = cls.env["crm.call.script.answer"].create(
            {"node_id": hello.id, "name": "Yes", "target_id": offer.id}
        )

    def test_T8_agents_read_reference_scripts_and_edit_a_personal_copy(self):
        script = self.script.with_user(self.agent_1)
        with self.assertRaises(AccessError):
            script.name = "Mine"
        with self.assertRaises(AccessError):
            script.node_ids[0].text = "Mine"
        action = script.action_personal_copy()
        copied = self.env["crm.call.script"].browse(action["res_id"])
        copied.with_user(self.agent_1).node_ids[0].text = "Mine"
        self.assertEqual(self.script.node_ids[0].text, "I am {{agent}}")
        self.assertEqual(copied.origin_id, self.script)
        with self.assertRaises(AccessError):
            copied.with_user(self.agent_2).read(["name"])
        with self.assertRaises(AccessError):
            copied.node_ids.with_user(self.agent_2).read(["text"])

    def test_T8_copied_answers_lead_to_the_copied_passages(self):
        copied = self.script.copy()
        answer = copied.node_ids.answer_ids
        self.assertEqual(answer.target_id, copied.node_ids[1])
        self.assertNotEqual(answer.target_id, self.answer.target_id)
        self.assertEqual(copied._to_script().problems(), ())

    def test_T8_unknown_placeholders_are_refused(self):
        for text in ("{{password}}", "{{agent.login}}", "{{ }}"):
            with self.assertRaises(ValidationError):
                self.script.node_ids[0].text = text

    def test_T8_values_are_escaped(self):
        snapshot = self.script._snapshot({"agent": "<script>alert(1)</script>"})
        self.assertEqual(
            snapshot["nodes"][0]["html"],
            "I am &lt;script&gt;alert(1)&lt;/script&gt;",
        )

    def test_T8_problems_are_told(self):
        self.assertFalse(self.script.problem_text)
        self.answer.target_id = self.script.node_ids[0]
        self.assertIn("Hello", self.script.problem_text)
        self.assertFalse(self.script._is_usable())

    def test_T8_an_answer_stays_inside_its_script(self):
        other = self.script.copy()
        with self.assertRaises(ValidationError):
            self.answer.target_id = other.node_ids[0]
