from odoo import models
from odoo.tools import SQL


class CrmIncentiveSourceInvoice(models.AbstractModel):
    """Posted invoices: untaxed amounts of their lines; credit notes are negative.

    A credit note counts on its own date, for the salesperson of the invoice it
    reverses and as part of that deal.
    """

    _name = "crm.incentive.source.invoice"
    _inherit = ["crm.incentive.source"]
    _description = "Posted Invoices"

    _source_code = "invoice"
    _line_model = "account.move.line"
    _document_model = "account.move"
    _date_rules = (("invoice", "Invoice Date"), ("accounting", "Accounting Date"))
    _counts = ("amount", "quantity")

    def _source_rows(self, measure, line_ids, company, date_to, documents=None):
        self._flush()
        return SQL(
            """
            SELECT 'account.move.line,' || line.id AS source_key, %(columns)s,
                   %(date)s AS date,
                   %(currency)s AS currency_id,
                   %(amount)s AS amount
              FROM account_move_line line %(joins)s %(units)s
             WHERE %(posted)s
               AND doc.move_type IN ('out_invoice', 'out_receipt', 'out_refund')
               AND %(date)s <= %(date_to)s
               AND %(chosen)s
               AND line.id IN (%(line_ids)s)
            """,
            columns=self._columns(),
            currency=self._currency(measure, company),
            amount=self._amount(measure),
            units=self._units(measure, SQL("line.product_uom_id")),
            joins=self._joins(),
            posted=self._posted(measure, company),
            date=self._date(measure),
            date_to=date_to,
            chosen=self._chosen(SQL("line.move_id"), documents),
            line_ids=line_ids,
        )

    def _amount(self, measure):
        if measure.counts == "quantity":
            return SQL(
                "CASE doc.move_type WHEN 'out_refund' THEN -1 ELSE 1 END"
                " * line.quantity * %s",
                self._in_own_unit(),
            )
        return SQL("-line.amount_currency")

    def _touched(self):
        """Credit notes are told by their invoice: one of a deal leads to all."""
        marked = super()._touched()
        return SQL(
            """
            WITH marked AS (%s),
            deal AS (
                SELECT COALESCE(doc.reversed_entry_id, doc.id) AS origin
                  FROM account_move doc JOIN marked ON marked.res_id = doc.id
            )
            SELECT res_id FROM marked
             UNION
            SELECT origin FROM deal
             UNION
            SELECT doc.id FROM account_move doc
              JOIN deal ON deal.origin = doc.reversed_entry_id
            """,
            marked,
        )

    def _flush(self):
        for name in self._flushed_models():
            self.env[name].flush_model()

    def _flushed_models(self):
        """The models whose rows the queries read."""
        return ("account.move", "account.move.line", "res.partner")

    def _date(self, measure):
        if measure.date_rule == "accounting":
            return SQL("doc.date")
        return SQL("COALESCE(doc.invoice_date, doc.date)")

    def _columns(self):
        """What every row of an invoice line says, whatever event it is credited for."""
        return SQL(
            """
            'account.move.line' AS res_model,
            line.id AS res_id,
            'account.move' AS document_model,
            doc.id AS document_id,
            'account.move,' || COALESCE(doc.reversed_entry_id, doc.id)
                AS transaction_key,
            COALESCE(origin.invoice_user_id, doc.invoice_user_id) AS user_id,
            partner.commercial_partner_id AS partner_id
            """
        )

    def _joins(self):
        return SQL(
            """
              JOIN account_move doc ON doc.id = line.move_id
         LEFT JOIN account_move origin ON origin.id = doc.reversed_entry_id
         LEFT JOIN res_partner partner ON partner.id = doc.partner_id
            """
        )

    def _posted(self, measure, company):
        """Lines of posted documents; a credit note only within the clawback window."""
        posted = SQL(
            "doc.state = 'posted' AND line.display_type = 'product'"
            " AND doc.company_id = %s",
            company.id,
        )
        if not measure.clawback_days:
            return posted
        return SQL(
            """
            %s AND (origin.id IS NULL OR doc.move_type <> 'out_refund'
                    OR COALESCE(doc.invoice_date, doc.date)
                       <= COALESCE(origin.invoice_date, origin.date) + %s)
            """,
            posted,
            measure.clawback_days,
        )
