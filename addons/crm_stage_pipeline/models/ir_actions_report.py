from odoo import models

# In the context: the print is noted by who renders. An object: no client can send it.
NOTED_SENTINEL = object()


class IrActionsReport(models.Model):
    """Printing goes by the data right of the records' kind, and is noted (G18)."""

    _inherit = "ir.actions.report"

    def _render_qweb_html(self, report_ref, docids, data=None):
        result = super()._render_qweb_html(report_ref, docids, data=data)
        self._note_pool_print(report_ref, docids)
        return result

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        # its pages are rendered as HTML first: one print, noted once
        noted = self.with_context(crm_pool_print_sentinel=NOTED_SENTINEL)
        result = super(IrActionsReport, noted)._render_qweb_pdf(
            report_ref, res_ids=res_ids, data=data
        )
        self._note_pool_print(report_ref, res_ids)
        return result

    def _get_rendering_context(self, report, docids, data):
        self._check_pool_print(report, docids)
        return super()._get_rendering_context(report, docids, data)

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        # a stored PDF is handed out without being rendered again
        self._check_pool_print(self._get_report(report_ref), res_ids)
        return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)

    def _check_pool_print(self, report, res_ids):
        """:raises AccessError: when a record is beyond the right to print"""
        printed = self._pool_printed(report, res_ids)
        if printed:
            printed._check_pool_right("print")

    def _pool_printed(self, report, res_ids):
        """The printed records when they go by data rights, else nothing."""
        model = self.env.get(report.model)
        if model is None or not getattr(model, "_pool_right_target", None):
            return None
        ids = [res_ids] if isinstance(res_ids, int) else list(res_ids or [])
        return model.browse(ids).exists()

    def _note_pool_print(self, report_ref, res_ids):
        if self.env.context.get("crm_pool_print_sentinel") is NOTED_SENTINEL:
            return
        report = self._get_report(report_ref)
        printed = self._pool_printed(report, res_ids)
        if printed and not self.env.su and self.env.user._crm_pool_is_ranged():
            self.env["crm.pool.export"]._log(printed, [report.report_name], "print")
