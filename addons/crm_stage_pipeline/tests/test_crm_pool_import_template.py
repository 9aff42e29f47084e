import base64
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import PoolCase
from .test_spreadsheet import xlsx

HEADER = ["单位全称", "联系方式", "经办人"]


@tagged("post_install", "-at_install")
class TestCrmPoolImportTemplate(PoolCase):
    """P49: files of one kind are read by a stored template."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")
        cls.template = cls.env["crm.pool.import.template"].create(
            {
                "name": "Yellow Pages",
                "stage_id": cls._stage("target").id,
                "owner_mode": "user",
                "owner_id": cls.agent_1.id,
                "country_id": cls.env.ref("base.cn").id,
                "line_ids": [
                    Command.create({"header": "单位全称", "field_name": "name"}),
                    Command.create(
                        {
                            "header": "联系方式",
                            "field_name": "phone",
                            "is_required": True,
                        }
                    ),
                    Command.create({"header": "经办人", "field_name": "contact_name"}),
                ],
            }
        )

    def _new(self, rows, user=None, **vals):
        content = base64.b64encode(xlsx(rows))
        imports = self.env["crm.pool.import"].with_user(user or self.manager)
        return imports.create({"file": content, "file_name": "八月名单.xlsx", **vals})

    def _load(self, rows, **vals):
        record = self._new(rows, **vals)
        record.action_read()
        record.action_run()
        while record.state == "running":
            record._run_batch(50)
        return record

    def test_P49_columns_in_any_order(self):
        """P49: fields, required values, stage and owner are the template's."""
        rows = [
            ["电话", "经办人", "Remarks", "联系方式", "单位全称"],
            ["0571-88881111", "赵安", "x", "0571-88882222", "临江纸业有限公司"],
            ["0571-88883333", "钱宁", "x", None, "远山五金"],
        ]
        record = self._load(rows, template_id=self.template.id)
        self.assertEqual((record.done_count, record.rejected_count), (1, 1))
        self.assertEqual(record.rejected_row_ids.reason, "missing_field")
        customer = record.row_ids.customer_id
        self.assertEqual(customer.stage_code, "target")
        self.assertEqual(customer.owner_id, self.agent_1)
        partner = customer.partner_id
        self.assertEqual(partner.phone_number_ids.mapped("e164"), ["+8657188882222"])
        self.assertEqual(partner.child_ids.name, "赵安")

    def test_P49_template_that_does_not_fit(self):
        """P49: a file that lacks columns is refused with their names."""
        record = self._new([["单位全称", "电话号"], ["甲", "1"]])
        record.template_id = self.template
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            record.action_read()
        words = str(caught.exception)
        for text in ("联系方式", "经办人", "Yellow Pages"):
            self.assertIn(text, words)
        self.assertNotIn("单位全称", words)
        self.assertFalse(record.row_ids)
        self.assertEqual(record.state, "draft")

    def test_P49_chosen_on_the_form(self):
        """P49: choosing a template fills in what stands in it."""
        form = Form(self.env["crm.pool.import"].with_user(self.manager))
        form.template_id = self.template
        self.assertEqual(form.owner_mode, "user")
        self.assertEqual(form.owner_id, self.agent_1)
        self.assertEqual(form.stage_id, self._stage("target"))

    def test_P49_saved_from_a_file(self):
        """P49: columns chosen by hand are kept for the next file."""
        record = self._new([[*HEADER], ["甲社", "0571-88881111", "李"]])
        record.action_read()
        for column, name in zip(
            record.column_ids, ("name", "phone", False), strict=True
        ):
            column.field_name = name
        record.column_ids[1].is_required = True
        action = record.action_save_template()
        template = self.env["crm.pool.import.template"].browse(action["res_id"])
        self.assertEqual(template.name, "八月名单")
        self.assertEqual(
            [
                (row.header, row.field_name, row.is_required)
                for row in template.line_ids
            ],
            [("单位全称", "name", False), ("联系方式", "phone", True)],
        )
        again = self._new([[" 联系方式 ", "单位全称"], ["0571-88881112", "乙社"]])
        again.template_id = template
        again.action_read()
        self.assertEqual(again.column_ids.mapped("field_name"), ["phone", "name"])
        second = self._new([[*HEADER], ["x", "1", "y"]])
        second.action_read()
        other = template.browse(second.action_save_template()["res_id"])
        self.assertEqual(other.name, "八月名单 (2)")

    def test_P49_rights(self):
        """P49: leaders and managers of the company; agents see no templates; the rights
        of the importer hold for what a template says."""
        template = self.template.with_user(self.leader)
        self.assertEqual(template.name, "Yellow Pages")
        with self.assertRaises(AccessError):
            self.template.with_user(self.agent_1).read(["name"])
        self.template.owner_id = self.agent_3
        with self.assertRaises(AccessError):
            self._new([HEADER], self.leader, template_id=self.template.id)
        branch = self.env["res.company"].create({"name": "Branch Works"})
        self.template.company_id = branch
        with self.assertRaises(AccessError):
            template.read(["name"])

    def test_P49_disk_full(self):
        """P49: no room on the server is told in a sentence; what came before stays."""
        record = self._new([["name"], ["Fullhouse Paper"]])
        record.action_read()
        record.action_run()
        for error in (OSError(28, "No space left on device"),):
            with (
                patch.object(type(record), "_run_batch", side_effect=error),
                self.assertRaises(UserError) as caught,
            ):
                record.action_step()
            self.assertIn("disk is full", str(caught.exception))
        other = OSError(5, "Input/output error")
        with (
            patch.object(type(record), "_run_batch", side_effect=other),
            self.assertRaises(OSError),
        ):
            record.action_step()
        self.assertEqual(record.state, "running")
        record.action_step()
        self.assertEqual(record.done_count, 1)
