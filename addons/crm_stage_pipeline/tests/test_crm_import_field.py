from datetime import date

from odoo.tests import tagged

from .field_case import CUSTOMER, PERSON, FieldCase


@tagged("post_install", "-at_install")
class TestCrmImportField(FieldCase):
    """G17, P49: the fields of 001 and 002 from a spreadsheet."""

    def _import(self):
        words = dict.fromkeys([*CUSTOMER, *PERSON])
        cells = {word: cell for word, (_n, _f, cell) in CUSTOMER.items()}
        cells.update({word: cell for word, (_n, cell) in PERSON.items() if cell})
        header = [word for word in words if word in cells and word != "联系人姓名"]
        record = self._import_rows([header, [cells[word] for word in header]])
        self.assertTrue(all(column.field_name for column in record.column_ids))
        self.assertFalse(record.row_ids.filtered("reason").mapped("message"))
        return record.row_ids.customer_id

    def test_import_fills_every_field(self):
        """G17, P49: every column by its Chinese header."""
        customer = self._import()
        partner = customer.partner_id
        for word, (name, field, cell) in CUSTOMER.items():
            value = customer[field]
            with self.subTest(word=word, field=field):
                if name in ("phone", "fax", "mobile", "finance_phone"):
                    plain = "".join(char for char in value if char.isdigit())
                    self.assertTrue(plain.endswith(cell[-8:]), value)
                elif name == "pool_credit_limit":
                    self.assertEqual(value, 50000)
                elif name == "pool_registered_on":
                    self.assertEqual(value, date(2024, 5, 6))
                elif name == "comment":
                    self.assertIn(cell, value)
                elif hasattr(value, "ids"):
                    self.assertEqual(value.mapped("name"), [cell])
                else:
                    self.assertEqual(value, cell)
        person = partner.primary_contact_id
        self.assertEqual(
            (person.name, person.gender, person.department, person.function),
            ("李华", "female", "采购部", "采购经理"),
        )
        self.assertEqual(person.superior_id.name, "王芳")
        self.assertEqual(person.superior_id.parent_id, partner)
        self.assertEqual(
            (person.birthday, person.hobbies, person.qq, person.messenger),
            (date(1988, 2, 29), "羽毛球", "10001", "li@msn.example"),
        )

    def test_import_refuses_what_cannot_be_read(self):
        """P49: bad dates, amounts, words and unknown departments come back."""
        header = [
            "客户名称",
            "生日",
            "联系人",
            "信用额度",
            "性别",
            "负责部门",
            "上级单位",
        ]
        good = ["行", "1988-02-28", "李华", "5", "男", "South", "临江集团"]
        bad = {1: "1988-02-30", 3: "many", 4: "?", 5: "North Pole", 6: "nobody"}
        rows = [[f"{good[0]}0", *good[1:]]]
        for place, cell in bad.items():
            row = [f"{good[0]}{place}", *good[1:]]
            row[place] = cell
            rows.append(row)
        record = self._import_rows([header, *rows])
        self.assertEqual(
            [(row.reason, row.message) for row in record.row_ids],
            [(False, False), *(("invalid_value", cell) for cell in bad.values())],
        )

    def test_import_names_owners(self):
        """G17, P49: 负责人 by name or login, up to the cap; others are refused."""
        self.policy.holding_cap = 1
        rows = [
            ["客户名称", "负责人"],
            ["First", "agent_2"],
            ["Second", "pool_agent_2"],
            ["Third", "nobody"],
            ["Fourth", "pool_seller"],
            ["Fifth", None],
        ]
        record = self._import_rows(rows)
        owners = record.row_ids.mapped(lambda row: row.customer_id.owner_id.name)
        self.assertEqual(owners, ["agent_2", False, False, False, False])
        reasons = [row.reason for row in record.row_ids]
        self.assertEqual(
            reasons, [False, False, "invalid_value", "invalid_value", False]
        )
        found = record._find_owners([])
        self.assertFalse(found)
