from odoo import http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..report.statement_xlsx import CONTENT_TYPE, workbook

MAX_TEXT = 10000


class IncentivePortal(CustomerPortal):
    """The own statements under /my/incentives, and their download.

    The reader's own rights decide which statement he may open; nothing of the address
    or the form is believed without them.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "incentive_count" in counters:
            statements = request.env["crm.incentive.statement"]
            readable = statements.has_access("read")
            values["incentive_count"] = (
                statements.search_count(self._mine()) if readable else 0
            )
        return values

    @http.route(
        "/crm_incentive/statement/<int:statement_id>.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def statement_xlsx(self, statement_id):
        """The workbook; 404 also when the statement is another's."""
        statement_sudo = self._readable(statement_id)
        content = workbook(statement_sudo._to_workbook())
        return self._download(content, CONTENT_TYPE, statement_sudo, "xlsx")

    @http.route(
        "/crm_incentive/statement/<int:statement_id>.pdf",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def statement_pdf(self, statement_id):
        """The page to print; 404 also when the statement is another's."""
        statement_sudo = self._readable(statement_id)
        reports_sudo = statement_sudo.env["ir.actions.report"]
        content, _type = reports_sudo._render_qweb_pdf(
            "crm_incentive.crm_incentive_statement_report", statement_sudo.ids
        )
        return self._download(content, "application/pdf", statement_sudo, "pdf")

    @http.route(
        ["/my/incentives", "/my/incentives/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_incentives(self, page=1, **_kwargs):
        statements = request.env["crm.incentive.statement"]
        if not statements.has_access("read"):
            raise request.not_found()
        page_pager = pager(
            url="/my/incentives",
            total=statements.search_count(self._mine()),
            page=page,
            step=self._items_per_page,
        )
        values = self._prepare_portal_layout_values()
        values.update(
            statements=statements.search(
                self._mine(),
                limit=self._items_per_page,
                offset=page_pager["offset"],
            ),
            page_name="incentives",
            pager=page_pager,
            default_url="/my/incentives",
        )
        return request.render("crm_incentive.portal_my_incentives", values)

    @http.route(
        "/my/incentives/<int:statement_id>",
        type="http",
        auth="user",
        methods=["GET", "POST"],
        website=True,
    )
    def portal_incentive(self, statement_id, **post):
        """One statement, each figure down to its line; a POST disputes it."""
        statement_sudo = self._readable(statement_id)
        error = None
        if request.httprequest.method == "POST":
            error = self._dispute(statement_id, post)
            if not error:
                return request.redirect(f"/my/incentives/{statement_id}#disputes")
        values = self._prepare_portal_layout_values()
        values.update(
            page_name="incentives",
            statement=statement_sudo,
            error=error,
            post=post,
        )
        return request.render("crm_incentive.portal_my_incentive", values)

    def _download(self, content, content_type, statement_sudo, ending):
        name = f"{statement_sudo.display_name}.{ending}"
        return request.make_response(
            content,
            headers=[
                ("Content-Type", content_type),
                ("Content-Disposition", content_disposition(name)),
            ],
        )

    def _mine(self):
        """Statements that pay the reader, also for those who may see others'."""
        return [("participant_id.partner_id", "=", request.env.user.partner_id.id)]

    def _readable(self, statement_id):
        """The statement, as superuser once the reader's own right was checked."""
        statement = request.env["crm.incentive.statement"].browse(statement_id)
        if not statement.exists() or not statement.has_access("read"):
            raise request.not_found()
        # a portal user has no right of his own on plans and ledger
        return statement.sudo()

    def _dispute(self, statement_id, post):
        """Raise the dispute with the reader's own rights; the error, if any."""
        try:
            values = {
                "statement_id": statement_id,
                "description": (post.get("description") or "").strip()[:MAX_TEXT],
                "amount": float(post.get("amount") or 0),
            }
            if not values["description"]:
                return request.env._("Say what is wrong.")
            with request.env.cr.savepoint():
                request.env["crm.incentive.dispute"].create(values)
        except ValueError:
            return request.env._("The amount is no number.")
        except (AccessError, UserError, ValidationError) as refused:
            return refused.args[0]
        return None
