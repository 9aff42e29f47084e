from odoo import models
from odoo.tools import SQL


class CrmIncentiveSourcePayment(models.AbstractModel):
    """Payments received: the part of each invoice line that a payment settles.

    - By cumulative rounding over the invoice's payments in order of date: the payment
      that completes the invoice closes each line exactly.
    - Whatever settles the invoice counts: bank, cash, write-off, credit note. A credit
      note is negative on its own date, in full, so that both together leave what was
      really paid.
    - A payment without journal entry (no outstanding account) counts from its own
      date; it is shared out over its invoices, oldest first.
    """

    _name = "crm.incentive.source.payment"
    _inherit = ["crm.incentive.source.invoice"]
    _description = "Payments Received"

    _source_code = "payment"
    _line_model = "account.move.line"
    _date_rules = (("payment", "Payment Date"),)
    _counts = ("amount",)

    def _source_rows(self, measure, line_ids, company, date_to, documents=None):
        self._flush()
        return SQL(
            """
            WITH due AS (%(due)s),
            settled AS (%(settled)s),
            step AS (%(steps)s)
            SELECT 'account.move.line,' || line.id || ',' || step.event AS source_key,
                   %(columns)s, doc.currency_id, step.date,
                   %(after)s - %(before)s AS amount
              FROM account_move_line line %(joins)s
              JOIN step ON step.move_id = doc.id
              JOIN res_currency currency ON currency.id = doc.currency_id
             WHERE %(posted)s AND step.date <= %(date_to)s AND %(chosen)s
               AND line.id IN (%(line_ids)s)
         UNION ALL
            SELECT 'account.move.line,' || line.id, %(columns)s, doc.currency_id,
                   COALESCE(doc.invoice_date, doc.date),
                   -line.amount_currency
              FROM account_move_line line %(joins)s
             WHERE %(posted)s AND doc.move_type = 'out_refund'
               AND COALESCE(doc.invoice_date, doc.date) <= %(date_to)s
               AND %(chosen)s
               AND line.id IN (%(line_ids)s)
            """,
            due=self._due(company, documents),
            settled=self._settled(company, documents),
            steps=self._steps(),
            columns=self._columns(),
            after=self._closed(SQL("step.after")),
            before=self._closed(SQL("step.before")),
            joins=self._joins(),
            posted=self._posted(measure, company),
            chosen=self._chosen(SQL("line.move_id"), documents),
            date_to=date_to,
            line_ids=line_ids,
        )

    def _touched(self):
        """A payment without entry is shared out over all of its invoices."""
        return SQL(
            """
            WITH touched (id) AS (%s)
            SELECT id FROM touched
             UNION
            SELECT other.invoice_id
              FROM account_move__account_payment link
              JOIN account_move__account_payment other
                ON other.payment_id = link.payment_id
             WHERE link.invoice_id IN (SELECT id FROM touched)
            """,
            super()._touched(),
        )

    def _steps(self):
        """How much of each invoice is settled before and after each event."""
        return SQL(
            """
            SELECT settled.move_id, settled.event, settled.date, due.total,
                   LEAST(due.total, SUM(settled.amount) OVER upto) AS after,
                   LEAST(due.total, SUM(settled.amount) OVER upto - settled.amount)
                       AS before
              FROM settled
              JOIN due ON due.move_id = settled.move_id
            WINDOW upto AS (
                PARTITION BY settled.move_id
                ORDER BY settled.date, settled.rank, settled.event_id)
            """
        )

    def _closed(self, paid):
        """What ``paid`` of the invoice closes of a line, rounded."""
        return SQL(
            "ROUND(-line.amount_currency * %s / step.total / currency.rounding)"
            " * currency.rounding",
            paid,
        )

    def _flushed_models(self):
        payments = ("account.partial.reconcile", "account.payment")
        return (*super()._flushed_models(), *payments)

    def _due(self, company, documents):
        """What each posted invoice asks for, in its own currency."""
        return SQL(
            """
            SELECT term.move_id, SUM(term.amount_currency) AS total
              FROM account_move_line term
              JOIN account_move doc ON doc.id = term.move_id
             WHERE term.display_type = 'payment_term' AND doc.state = 'posted'
               AND doc.move_type IN ('out_invoice', 'out_receipt')
               AND doc.company_id = %s AND %s
          GROUP BY term.move_id
            HAVING SUM(term.amount_currency) > 0
            """,
            company.id,
            self._chosen(SQL("term.move_id"), documents),
        )

    def _settled(self, company, documents):
        """Events that settle invoices: reconciliations, payments without entry."""
        return SQL(
            """
            SELECT term.move_id, part.max_date AS date, 0 AS rank, part.id AS event_id,
                   'partial,' || part.id AS event, part.debit_amount_currency AS amount
              FROM account_partial_reconcile part
              JOIN account_move_line term ON term.id = part.debit_move_id
             WHERE term.display_type = 'payment_term' AND part.company_id = %(company)s
               AND %(chosen)s
         UNION ALL
            SELECT share.move_id, share.date, 1, share.payment_id,
                   'payment,' || share.payment_id, share.amount
              FROM (
                SELECT due.move_id, payment.id AS payment_id,
                       GREATEST(payment.date, doc.invoice_date) AS date,
                       LEAST(due.total, payment.amount - COALESCE(SUM(due.total) OVER (
                           PARTITION BY payment.id ORDER BY doc.invoice_date, doc.id
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
                       ) AS amount
                  FROM account_move__account_payment link
                  JOIN account_payment payment ON payment.id = link.payment_id
                  JOIN account_move doc ON doc.id = link.invoice_id
                  JOIN due ON due.move_id = doc.id
                 WHERE payment.move_id IS NULL
                   AND payment.payment_type = 'inbound'
                   AND payment.currency_id = doc.currency_id
                   AND payment.company_id = %(company)s
                   AND (payment.state = 'in_process' OR payment.state = 'paid'
                        AND NOT EXISTS (
                            SELECT 1
                              FROM account_partial_reconcile part
                              JOIN account_move_line term
                                ON term.id = part.debit_move_id
                             WHERE term.move_id = doc.id))
              ) share
             WHERE share.amount > 0
            """,
            company=company.id,
            chosen=self._chosen(SQL("term.move_id"), documents),
        )
