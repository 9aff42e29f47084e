from odoo import http
from odoo.http import content_disposition, request

from ..report.statement_xlsx import CONTENT_TYPE, workbook


class IncentiveStatementController(http.Controller):
    """Downloads of statements; the reader's own rights decide."""

    @http.route(
        "/crm_incentive/statement/<int:statement_id>.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def statement_xlsx(self, statement_id):
        """The workbook; 404 also when the statement is another's."""
        statement = request.env["crm.incentive.statement"].browse(statement_id)
        if not statement.exists() or not statement.has_access("read"):
            raise request.not_found()
        content = workbook(statement._to_workbook())
        name = f"{statement.display_name}.xlsx"
        return request.make_response(
            content,
            headers=[
                ("Content-Type", CONTENT_TYPE),
                ("Content-Disposition", content_disposition(name)),
            ],
        )
