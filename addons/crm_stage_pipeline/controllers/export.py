import json

from odoo.http import request, route

from odoo.addons.web.controllers.export import (
    CSVExport,
    ExcelExport,
    ExportXlsxWriter,
    GroupExportXlsxWriter,
)

# What a spreadsheet takes for the beginning of a formula, besides what core knows of.
FORMULA_SIGNS = ("@", "\t", "\r", "\n")


def _remember_filter(data):
    """Keep the filter of the list, for the log of exports."""
    params = json.loads(data)
    if not params.get("ids"):
        request.update_context(crm_pool_export_domain=params.get("domain"))


class TextCells:
    """Text stays text: core's writer makes a formula of what begins with "="."""

    def write(self, row, column, cell_value, style=None):
        if isinstance(cell_value, str):
            return self.worksheet.write_string(row, column, cell_value, style)
        return super().write(row, column, cell_value, style)


class PoolXlsxWriter(TextCells, ExportXlsxWriter):
    """Rows of a list, without formulas."""


class PoolGroupXlsxWriter(TextCells, GroupExportXlsxWriter):
    """Groups of a list, without formulas."""


class PoolCsvExport(CSVExport):
    """Exports as CSV, with the list's filter in the log, and without formulas."""

    @route()
    def web_export_csv(self, data):
        _remember_filter(data)
        return super().web_export_csv(data)

    def from_data(self, fields, columns_headers, rows):
        safe = [[self._as_text(value) for value in row] for row in rows]
        return super().from_data(fields, columns_headers, safe)

    def _as_text(self, value):
        if isinstance(value, str) and value.startswith(FORMULA_SIGNS):
            return f"'{value}"
        return value


class PoolExcelExport(ExcelExport):
    """Exports as xlsx, with the list's filter in the log, and without formulas."""

    @route()
    def web_export_xlsx(self, data):
        _remember_filter(data)
        return super().web_export_xlsx(data)

    def from_group_data(self, fields, columns_headers, groups):
        with PoolGroupXlsxWriter(fields, columns_headers, groups.count) as writer:
            row, column = 1, 0
            for name, group in groups.children.items():
                row, column = writer.write_group(row, column, name, group)
        return writer.value

    def from_data(self, fields, columns_headers, rows):
        with PoolXlsxWriter(fields, columns_headers, len(rows)) as writer:
            for line, row in enumerate(rows, start=1):
                for column, value in enumerate(row):
                    writer.write_cell(line, column, value)
        return writer.value
