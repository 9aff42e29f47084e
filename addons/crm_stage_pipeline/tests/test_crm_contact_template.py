from datetime import datetime, timedelta

import psycopg2
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import PoolCase

NOW = datetime(2026, 3, 11, 2, 0)


@tagged("post_install", "-at_install")
class TestCrmContactTemplate(PoolCase):
    """G30: managers build what is asked at a contact; reports count the answers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = (
            cls.env["crm.contact.template"]
            .with_user(cls.manager)
            .create(
                {
                    "name": "First call",
                    "stage_code": "target",
                    "channel": "call",
                    "next_visit_days": 7,
                    "line_ids": [
                        fields.Command.create(
                            {"name": "Employees", "kind": "number", "sequence": 1}
                        ),
                        fields.Command.create(
                            {
                                "name": "Buys from",
                                "kind": "choice",
                                "choices": "Us\n Others \n\nNobody",
                                "is_required": True,
                                "sequence": 2,
                            }
                        ),
                    ],
                }
            )
        )
        cls.number, cls.choice = cls.template.line_ids.sorted()
        cls.customer = cls._new_customers(1, "target", cls.agent_1)

    def _record(self, answers, **vals):
        return (
            self.env["crm.contact.record"]
            .with_user(self.agent_1)
            .create(
                {
                    "customer_id": self.customer.id,
                    "template_id": self.template.id,
                    "answers": {
                        line._property_name(): value for line, value in answers.items()
                    },
                    **vals,
                }
            )
        )

    def _answer(self, record, line):
        entries = {entry["name"]: entry for entry in record._asked()}
        return entries[line._property_name()]["value"]

    def test_questions_become_properties(self):
        """G30: kinds, choices without blanks, a star where an answer is needed."""
        definition = self.template.answers_definition
        self.assertEqual([d["type"] for d in definition], ["float", "selection"])
        self.assertEqual(
            [d["string"] for d in definition], ["Employees", "Buys from *"]
        )
        self.assertEqual(
            definition[1]["selection"],
            [["Us", "Us"], ["Others", "Others"], ["Nobody", "Nobody"]],
        )

    @freeze_time(NOW)
    def test_the_form_proposes_template_and_visit(self):
        """G30: the template of stage and channel, with its next visit."""
        self.env["crm.contact.template"].create({"name": "Anything", "sequence": 1})
        records = (
            self.env["crm.contact.record"]
            .with_user(self.agent_1)
            .with_context(default_customer_id=self.customer.id)
        )
        with Form(records) as form:
            self.assertEqual(form.template_id, self.template)
            self.assertEqual(form.next_visit_date, NOW + timedelta(days=7))
            form.channel = "letter"
            self.assertEqual(form.template_id.name, "Anything")

    def test_a_required_question_must_be_answered(self):
        """G30: the sentence names the question; nothing is saved."""
        with self.assertRaisesRegex(ValidationError, "Buys from"):
            self._record({self.number: 12})
        record = self._record({self.number: 12, self.choice: "Us"})
        self.assertEqual(self._answer(record, self.choice), "Us")
        self.assertEqual(self._answer(record, self.number), 12)

    def test_reports_over_the_answers(self):
        """G30: records are counted by their answers."""
        for value in ("Us", "Us", "Nobody"):
            self._record({self.choice: value})
        name = f"answers.{self.choice._property_name()}"
        groups = (
            self.env["crm.contact.record"]
            .with_user(self.agent_1)
            .formatted_read_group(
                [("template_id", "=", self.template.id)], [name], ["__count"]
            )
        )
        counts = {group[name]: group["__count"] for group in groups}
        self.assertEqual(counts, {"Us": 2, "Nobody": 1})

    def test_a_deleted_question(self):
        """Bad input: a template whose field was deleted; its records go on living."""
        record = self._record({self.number: 12, self.choice: "Us"})
        self.choice.unlink()
        self.env.invalidate_all()
        self.assertEqual(
            [e["name"] for e in record._asked()], [self.number._property_name()]
        )
        record.note = "still editable"
        with Form(record) as form:
            form.note = "on the form too"
        self.assertEqual(self._answer(record, self.number), 12)
        self.assertTrue(self._record({}))

    def test_only_managers_build(self):
        """G30: agents fill in, they do not build, nor by the door of properties."""
        with self.assertRaises(AccessError):
            self.template.with_user(self.agent_1).name = "Mine"
        with self.assertRaises(UserError):
            self.template.with_user(self.manager).answers_definition = []

    def test_choices_are_needed(self):
        """Bad input: a question of choice without choices."""
        with (
            self.assertRaises(psycopg2.errors.CheckViolation),
            mute_logger("odoo.sql_db"),
        ):
            self.env["crm.contact.template.line"].create(
                {"template_id": self.template.id, "name": "Which", "kind": "choice"}
            )

    def test_long_notes_and_emoji(self):
        """Bad input: 10,000 characters and emoji in a note come back unchanged."""
        note = "约好了👍🏽" * 2000
        record = self._record({self.choice: "Us"}, note=note)
        self.env.invalidate_all()
        self.assertEqual(record.note, note)
