import json

from odoo.http import request, route

from odoo.addons.web.controllers.export import CSVExport, ExcelExport


def _remember_filter(data):
    """Keep the filter of the list, for the log of exports."""
    params = json.loads(data)
    if not params.get("ids"):
        request.update_context(crm_pool_export_domain=params.get("domain"))


class PoolCsvExport(CSVExport):
    """Exports as CSV, with the list's filter in the log."""

    @route()
    def web_export_csv(self, data):
        _remember_filter(data)
        return super().web_export_csv(data)


class PoolExcelExport(ExcelExport):
    """Exports as xlsx, with the list's filter in the log."""

    @route()
    def web_export_xlsx(self, data):
        _remember_filter(data)
        return super().web_export_xlsx(data)
