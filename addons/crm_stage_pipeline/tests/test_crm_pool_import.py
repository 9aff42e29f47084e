import base64
import io
from unittest.mock import patch

import openpyxl

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PoolCase
from .test_spreadsheet import xlsx

HEADER = ["客户名称", "电话", "手机", "联系人", "所属行业", "所在城市", "来源", "标签"]


@tagged("post_install", "-at_install")
class TestCrmPoolImport(PoolCase):
    """P49, C2: customers from a spreadsheet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")
        cls.imports = cls.env["crm.pool.import"]

    def _load(self, rows, header=None, user=None, formulas=(), run=True, **vals):
        content = xlsx([header or HEADER, *rows], formulas)
        record = self.imports.with_user(user or self.manager).create(
            {
                "file": base64.b64encode(content),
                "file_name": "customers.xlsx",
                "stage_id": self._stage("reserve").id,
                **vals,
            }
        )
        record.action_read()
        if run:
            record.action_run()
            self._run(record)
        return record

    def _run(self, record):
        while record.state == "running":
            record._run_batch(3)

    def _reasons(self, record):
        return {row.row_number: row.reason for row in record.row_ids if row.reason}

    def _customers(self, record):
        return record.row_ids.customer_id.sorted("id")

    def test_everything_of_a_row_arrives(self):
        record = self._load(
            [
                [
                    "临江纸业有限公司",
                    "0571-90000001转8/13490003001",
                    13490003002.0,
                    "赵安",
                    "造纸",
                    "杭州",
                    "展会",
                    "重点，老客户",
                ]
            ]
        )
        self.assertEqual(self._reasons(record), {})
        customer = self._customers(record)
        partner = customer.partner_id
        self.assertEqual(partner.name, "临江纸业有限公司")
        self.assertTrue(partner.is_company)
        self.assertEqual(partner.city, "杭州")
        self.assertEqual(partner.industry_id.name, "造纸")
        self.assertEqual(sorted(partner.category_id.mapped("name")), ["老客户", "重点"])
        self.assertEqual(partner.country_id.code, "CN")
        self.assertEqual(partner.child_ids.name, "赵安")
        self.assertEqual(partner.child_ids.city, "杭州")
        self.assertEqual(
            sorted((row.kind, row.e164) for row in partner.phone_number_ids),
            [
                ("mobile", "+8613490003001"),
                ("other", "+8613490003002"),
                ("phone", "+8657190000001"),
            ],
        )
        self.assertEqual(partner.phone, "+86 571 9000 0001 x8")
        self.assertEqual(customer.source_id.name, "展会")
        self.assertEqual(customer.import_id, record)
        self.assertEqual(customer.stage_code, "reserve")
        self.assertEqual(customer.access, "shared")
        self.assertTrue(customer.log_ids)

    def test_refused_with_reason(self):
        self._load([["溪口文具", None, "13490003010"]])
        record = self._load(
            [
                ["甲", None, "13490003011"],
                [None, None, "13490003012"],
                ["乙", None, "12345"],
                ["丙", None, "1.349E+10"],
                ["甲 有限公司", None, "13490003013"],
                ["丁", None, "+86 13490003011"],
                ["溪口文具公司", None, "13490003014"],
                ["戊", None, "134-9000-3010"],
                ["己", "12", "13490003015"],
                ["庚"],
                ["字" * 301],
            ]
        )
        self.assertEqual(
            self._reasons(record),
            {
                3: "missing_name",
                4: "invalid_number",
                5: "invalid_number",
                6: "duplicate_in_file",
                7: "duplicate_in_file",
                8: "duplicate_in_database",
                9: "duplicate_in_database",
                12: "name_too_long",
            },
        )
        self.assertEqual(record.done_count, 3)
        self.assertEqual(record.rejected_count, 8)
        self.assertEqual(record.state, "done")
        self.assertIn("2", str(record.summary))
        kept = record.row_ids.filtered(lambda row: row.row_number == 10)
        self.assertEqual(kept.message, "12")

    def test_formulas(self):
        record = self._load(
            [[None, None, "13490003020"], [None], ["丙", None, None], ["丁"]],
            formulas=[
                (1, 0, '="a"&"b"', "甲乙"),
                (2, 0, '="a"&"c"', ""),
                (3, 2, "=1+1", ""),
                (4, 5, "=A1", ""),
            ],
        )
        self.assertEqual(
            self._reasons(record),
            {3: "missing_name", 4: "invalid_number", 5: "formula"},
        )
        self.assertEqual(self._customers(record).partner_id.name, "甲乙")

    def test_twice_is_once(self):
        rows = [
            ["甲", None, "13490003030"],
            ["乙", None, None],
            ["丙", "0571-90000003"],
        ]
        first = self._load(rows)
        second = self._load(rows)
        self.assertEqual(first.done_count, 3)
        self.assertEqual(set(self._reasons(second).values()), {"duplicate_in_database"})
        self.assertEqual(second.done_count, 0)

    def test_order_of_rows_does_not_matter(self):
        rows = [
            ["甲公司"],
            ["甲"],
            ["乙", None, "13490003040"],
            ["丙", None, "13490003040"],
        ]
        counts = []
        for number, ordered in enumerate((rows, rows[::-1])):
            mark = f"第{number}"
            record = self._load(
                [
                    [mark + name, *(n and [None, n[1][:-1] + str(number)])]
                    for name, *n in ordered
                ]
            )
            counts.append((record.done_count, record._count_reasons()))
        self.assertEqual(counts[0], counts[1])
        self.assertEqual(counts[0], (2, {"duplicate_in_file": 2}))

    def test_equal_names_by_right(self):
        self._load([["甲", None, "13490003050"]])
        with self.assertRaises(AccessError):
            self._load([["甲"]], user=self.leader, allow_same_name=True)
        rows = [["甲", None, "13490003051"], ["甲", None, "13490003051"], ["甲公司"]]
        record = self._load(rows, allow_same_name=True)
        self.assertEqual(self._reasons(record), {3: "duplicate_in_file"})
        self.assertEqual(
            record.row_ids.filtered("same_name").mapped("row_number"), [2, 4]
        )
        self.assertTrue(all(self._customers(record).mapped("same_name_allowed")))
        again = self._load(rows, allow_same_name=True)
        self.assertEqual(again.done_count, 0)

    def test_equal_numbers(self):
        rows = [["甲", None, "13490003060"], ["乙", None, "13490003060"]]
        self.assertEqual(self._load(rows, number_duplicates="keep").done_count, 2)
        self.policy.phone_duplicates = "warn"
        self._customers(self.imports.search([], limit=1)).action_archive()
        self.policy.phone_duplicates = "block"
        record = self._load(rows, number_duplicates="keep")
        self.assertEqual(self._reasons(record), {3: "duplicate_in_file"})

    def test_invalid_numbers_kept(self):
        record = self._load([["甲", None, "see card"]], invalid_numbers="keep")
        partner = self._customers(record).partner_id
        self.assertEqual(partner.mobile, "see card")
        self.assertFalse(partner.phone_number_ids.e164)

    def test_owner_and_quota(self):
        """P5: entering takes no quota; above the cap customers are shared."""
        self._set_limit(1, "reserve", "target")
        rows = [[f"甲{number}"] for number in range(4)]
        mine = self._customers(self._load(rows, owner_mode="me", user=self.leader))
        self.assertEqual(mine.owner_id, self.leader)
        self.assertFalse(
            self.env["crm.pool.quota"].search([("user_id", "=", self.leader.id)])
        )
        self.policy.holding_cap = 3
        rows = [[f"乙{number}"] for number in range(5)]
        given = self._customers(
            self._load(rows, owner_mode="user", owner_id=self.agent_1.id)
        )
        self.assertEqual(
            [customer.owner_id for customer in given].count(self.agent_1), 3
        )
        self.assertEqual(given.mapped("access").count("shared"), 2)
        with self.assertRaises(UserError):
            self._load([["丙"]], owner_mode="user")

    def test_who_may_import(self):
        with self.assertRaises(AccessError):
            self._load([["甲"]], user=self.agent_1)
        with self.assertRaises(AccessError):
            self._load(
                [["甲"]],
                user=self.leader,
                owner_mode="user",
                owner_id=self.agent_3.id,
            )
        record = self._load(
            [["甲"], [None, "1"]],
            user=self.leader,
            owner_mode="user",
            owner_id=self.agent_1.id,
        )
        self.assertEqual(record.done_count, 1)
        other = self._new_user("leader_2", "leader")
        for model in (record, record.row_ids, record.column_ids):
            self.assertFalse(model.with_user(other)._filtered_access("read"))
            self.assertTrue(model.with_user(self.manager)._filtered_access("read"))

    def test_runs_in_nobody_elses_name(self):
        record = self._load([["甲"]], user=self.leader, run=False)
        for vals in ({"user_id": self.manager.id}, {"company_id": self.company.id}):
            with self.assertRaises(AccessError):
                record.write(vals)
        with self.assertRaises(AccessError):
            self.imports.with_user(self.leader).create({"user_id": self.manager.id})

    def test_rejects_corrected_and_loaded_again(self):
        record = self._load(
            [["甲", None, "12345"], [None, None, "13490003070"], ["=乙", None, "x"]]
        )
        record.action_download_rejects()
        content = base64.b64decode(record.rejects_file)
        book = openpyxl.load_workbook(io.BytesIO(content))
        sheet = book.active
        self.assertEqual([cell.value for cell in sheet[1]][:-1], HEADER)
        self.assertEqual(sheet.max_row, 4)
        self.assertTrue(all(sheet.cell(line, 9).value for line in (2, 3, 4)))
        sheet["C2"], sheet["A3"], sheet["C4"] = "13490003071", "丙", None
        stream = io.BytesIO()
        book.save(stream)
        again = self.imports.with_user(self.manager).create(
            {"file": base64.b64encode(stream.getvalue()), "file_name": "again.xlsx"}
        )
        again.action_read()
        self.assertFalse(again.column_ids[-1].field_name)
        again.action_run()
        self._run(again)
        self.assertEqual(self._reasons(again), {})
        self.assertEqual(
            sorted(self._customers(again).partner_id.mapped("name")),
            ["=乙", "丙", "甲"],
        )

    def test_columns_chosen_by_hand_and_required(self):
        record = self._load([["甲", "杭州"], ["乙", None]], ["x", "y"], run=False)
        with self.assertRaises(UserError):
            record.action_run()
        record.column_ids[0].field_name = "name"
        record.column_ids[1].write({"field_name": "city", "is_required": True})
        self.assertEqual(record.column_ids.mapped("sample"), ["甲", "杭州"])
        record.action_run()
        self._run(record)
        self.assertEqual(self._reasons(record), {3: "missing_field"})
        # the column, as it stands in the file
        self.assertEqual(record.rejected_row_ids.message, "y")

    def test_persons(self):
        record = self._load([["王芳", "女士"]], ["name", "title"], is_company=False)
        partner = self._customers(record).partner_id
        self.assertEqual((partner.is_company, partner.function), (False, "女士"))

    def test_country_of_the_row(self):
        record = self._load(
            [["Rossi", "Italy", "06 698 12345"], ["Meyer", "DE", "030 901820"]],
            ["name", "country", "phone"],
        )
        self.assertEqual(
            set(self._customers(record).partner_id.country_id.mapped("code")),
            {"IT", "DE"},
        )
        self.assertEqual(
            set(self._customers(record).partner_id.phone_number_ids.mapped("e164")),
            {"+390669812345", "+4930901820"},
        )

    def test_one_bad_row_does_not_stop_the_others(self):
        """A row that the database refuses is refused alone."""
        create = type(self.imports)._create_customers

        def break_second(record, candidates):
            if any(candidate.name == "乙" for candidate in candidates):
                raise UserError(candidates[0].name)
            return create(record, candidates)

        with patch.object(type(self.imports), "_create_customers", break_second):
            record = self._load([["甲"], ["乙"], ["丙"]])
        self.assertEqual(self._reasons(record), {3: "error"})
        self.assertEqual(record.done_count, 2)

    def test_stop_and_resume(self):
        record = self._load([[f"甲{number}"] for number in range(7)], run=False)
        record.action_run()
        record._run_batch(3)
        record.action_stop()
        self.assertEqual((record.done_count, record.position), (3, 4))
        self.assertEqual(record._run_batch(3), 0)
        with self.assertRaises(UserError):
            record.action_read()
        record.action_run()
        with self.assertRaises(UserError):
            record.unlink()
        self._run(record)
        self.assertEqual(record.done_count, 7)
        self.assertEqual(record.action_step(), {"state": "done", "handled": 0})

    def test_background_job(self):
        with patch.object(type(self.imports), "_batch_size", 2):
            record = self._load([["甲"], ["乙"], ["丙"]], run=False)
            record.action_run()
            with patch.object(
                type(self.env["ir.cron"]), "_commit_progress", return_value=9.0
            ) as commit:
                self.imports._cron_run()
        self.assertEqual(record.state, "done")
        self.assertEqual(commit.call_count, 2)
        self.assertEqual(self._customers(record).create_uid, self.manager)

    def test_files_that_cannot_be_read(self):
        for content in (b"", b"PK nothing", bytes.fromhex("d0cf11e0a1b11ae1") * 40):
            record = self.imports.with_user(self.manager).create(
                {"file": base64.b64encode(content), "file_name": "x.xlsx"}
            )
            with self.assertRaises(UserError):
                record.action_read()

    def test_other_company(self):
        """A customer of one company is no duplicate in another."""
        self._load([["甲"]])
        second = self.env["res.company"].create({"name": "Second"})
        self.manager.write({"company_ids": [Command.link(second.id)]})
        imports = self.imports.with_user(self.manager).with_company(second)
        record = imports.create(
            {"file": base64.b64encode(xlsx([HEADER, ["甲"]])), "file_name": "x.xlsx"}
        )
        record.action_read()
        record.action_run()
        self._run(record)
        self.assertEqual(self._customers(record).company_id, second)
