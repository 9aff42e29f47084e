import base64
import json

from odoo import api, models
from odoo.exceptions import UserError

from ..spreadsheet import Formula, SpreadsheetError, field_for, read, write_rejects


class CrmPoolImport(models.Model):
    """The file that comes in, and the one with the refused rows that goes out."""

    _inherit = "crm.pool.import"

    def action_read(self):
        """Read the file: its rows into the table, its headers into the columns."""
        self.ensure_one()
        if self.state not in ("draft", "ready"):
            raise UserError(self.env._("This file is being imported already."))
        content = base64.b64decode(self.with_context(bin_size=False).file or b"")
        try:
            sheet = read(content)
        except SpreadsheetError as error:
            raise UserError(self._get_file_message(error.reason)) from error
        self.row_ids.unlink()
        self.column_ids.unlink()
        self._create_columns(sheet)
        self._create_rows(sheet)
        self.write({"state": "ready", "position": 0})
        return True

    def action_download_rejects(self):
        """The refused rows as a file."""
        self.ensure_one()
        self._write_rejects()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/crm.pool.import/{self.id}/rejects_file"
            f"?download=true&filename={self.rejects_file_name}",
            "target": "self",
        }

    def _create_columns(self, sheet):
        used = set()
        columns = []
        for index, header in enumerate(sheet.header):
            name = field_for(header)
            if name in used and name not in ("phone", "mobile"):
                name = None
            used.add(name)
            values = (values[index] for _number, values in sheet.rows[:50])
            sample = next((value for value in values if value is not None), "")
            if isinstance(sample, Formula):
                sample = sample.text
            columns.append(
                {
                    "import_id": self.id,
                    "index": index,
                    "header": header,
                    "sample": str(sample)[:80],
                    "field_name": name,
                }
            )
        self.env["crm.pool.import.column"].create(columns)

    def _create_rows(self, sheet):
        """By SQL: a file may have a hundred thousand rows, and they are copies."""
        self.env["crm.pool.import.row"].flush_model()
        uid = self.env.uid
        self.env.cr.execute_values(
            "INSERT INTO crm_pool_import_row (import_id, row_number, cells, state,"
            " create_uid, create_date, write_uid, write_date) VALUES %s",
            [
                (self.id, number, json.dumps([_to_json(v) for v in values]), uid, uid)
                for number, values in sheet.rows
            ],
            template="(%s, %s, %s, 'waiting', %s, now(), %s, now())",
            page_size=1000,
        )
        self.env["crm.pool.import.row"].invalidate_model()
        self.invalidate_recordset()

    def _write_rejects(self):
        rows = self.env["crm.pool.import.row"].search(
            [("import_id", "=", self.id), ("state", "=", "rejected")]
        )
        labels = dict(rows._fields["reason"]._description_selection(self.env))
        content = write_rejects(
            self.column_ids.mapped("header"),
            [
                (
                    [_from_json(value) for value in row.cells],
                    ": ".join(filter(None, (labels.get(row.reason), row.message))),
                )
                for row in rows
            ],
            self.env._("Reason of refusal"),
        )
        self.rejects_file = base64.b64encode(content) if rows else False

    @api.model
    def _get_file_message(self, reason):
        messages = {
            "empty": self.env._(
                "The file is empty: choose one with the names of the columns in its "
                "first row and the customers below."
            ),
            "too_large": self.env._(
                "The file is too large (50 MB at most): load it in parts."
            ),
            "too_many_rows": self.env._(
                "The file has more than 200,000 rows: load it in parts."
            ),
            "password": self.env._(
                "The file has a password or is of an old format. Save it as .xlsx "
                "without a password."
            ),
            "encoding": self.env._(
                "The letters of this csv file cannot be read. Save it as UTF-8."
            ),
            "no_header": self.env._(
                "The first row must name the columns: write a name above each."
            ),
        }
        return messages.get(
            reason,
            self.env._(
                "This is not a spreadsheet: open it in your spreadsheet program and "
                "save it as .xlsx or .csv."
            ),
        )


def _to_json(value):
    return {"formula": value.text} if isinstance(value, Formula) else value


def _from_json(value):
    return Formula(value["formula"]) if isinstance(value, dict) else value
