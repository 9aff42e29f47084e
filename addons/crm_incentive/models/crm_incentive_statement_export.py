from odoo import models
from odoo.tools import html2plaintext

from ..report.statement_xlsx import Sheet


class CrmIncentiveStatement(models.Model):
    """The statement as plain rows for a workbook, in the reader's language."""

    _inherit = "crm.incentive.statement"

    def _to_workbook(self):
        self.ensure_one()
        return (self._summary_sheet(), self._entry_sheet())

    def _summary_sheet(self):
        figures = [(label, amount) for _name, label, amount in self._figures_shown()]
        lines = [(line.name, line.base_amount, line.amount) for line in self.line_ids]
        head = [
            (self.env._("Participant"), self.participant_id.name, ""),
            (self.env._("Period"), self.period_id.name, ""),
            (self.env._("Currency"), self.currency_id.name, ""),
        ]
        return Sheet(
            name=self.env._("Statement"),
            header=(
                self.env._("Statement"),
                self.env._("Counted"),
                self.env._("Amount"),
            ),
            formats=("text", "money", "money"),
            widths=(50, 18, 18),
            rows=(
                *head,
                *lines,
                *((label, "", amount) for label, amount in figures),
            ),
        )

    def _figure_names(self):
        """The figures a reader is shown; the rare ones when they are there."""
        rare = ("manual", "draw", "recovery", "capped", "draw_balance")
        names = (
            *("opening", "earned", "adjustments", "manual", "draw", "recovery"),
            *("capped", "payable", "closing", "draw_balance"),
        )
        return [name for name in names if name not in rare or self[name]]

    def _figures_shown(self):
        """(name, label, amount) of :meth:`_figure_names`, in the reader's language."""
        labels = self.fields_get(attributes=["string"])
        return [
            (name, labels[name]["string"], self[name]) for name in self._figure_names()
        ]

    def _entry_sheet(self):
        return Sheet(
            name=self.env._("Entries"),
            header=(
                self.env._("Date"),
                self.env._("Document"),
                self.env._("Customer"),
                self.env._("Credited"),
                self.env._("Currency"),
                self.env._("Exchange Rate"),
                self.env._("Counted"),
                self.env._("Total Before"),
                self.env._("Total After"),
                self.env._("Calculation"),
                self.env._("Plan Version"),
                self.env._("Amount"),
            ),
            formats=(
                *("date", "text", "text", "money", "text", "rate"),
                *("money", "money", "money", "text", "text", "money"),
            ),
            widths=(12, 20, 28, 14, 10, 14, 14, 14, 14, 44, 30, 14),
            rows=tuple(
                (
                    entry.date,
                    entry.document_name,
                    entry.partner_name,
                    entry.credit_amount,
                    entry.credit_currency_id.name,
                    entry.exchange_rate,
                    entry.base_amount,
                    entry.base_before,
                    entry.base_after,
                    html2plaintext(entry.slices_text or ""),
                    entry.version_id.display_name,
                    entry.amount,
                )
                for entry in self.entry_ids.sorted()
            ),
        )
