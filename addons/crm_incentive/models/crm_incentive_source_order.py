from odoo import models
from odoo.tools import SQL


class CrmIncentiveSourceOrder(models.AbstractModel):
    """Confirmed orders: untaxed amounts of their lines, without down payments."""

    _name = "crm.incentive.source.order"
    _inherit = ["crm.incentive.source"]
    _description = "Confirmed Orders"

    _source_code = "order"
    _line_model = "sale.order.line"
    _document_model = "sale.order"
    _date_rules = (("order", "Order Date"),)
    _counts = ("amount", "quantity")

    def _source_rows(self, measure, line_ids, company, date_to, documents=None):
        self.env["sale.order.line"].flush_model()
        self.env["sale.order"].flush_model()
        return SQL(
            """
            SELECT 'sale.order.line,' || line.id AS source_key,
                   'sale.order.line' AS res_model,
                   line.id AS res_id,
                   'sale.order' AS document_model,
                   line.order_id AS document_id,
                   'sale.order,' || line.order_id AS transaction_key,
                   day.date,
                   %(amount)s AS amount,
                   %(currency)s AS currency_id,
                   doc.user_id,
                   partner.commercial_partner_id AS partner_id
              FROM sale_order_line line
              JOIN sale_order doc ON doc.id = line.order_id
              JOIN res_partner partner ON partner.id = doc.partner_id
            %(units)s
        CROSS JOIN LATERAL (
                    SELECT (doc.date_order AT TIME ZONE 'UTC'
                            AT TIME ZONE %(zone)s)::date AS date) day
             WHERE doc.state = 'sale'
               AND doc.company_id = %(company)s
               AND line.display_type IS NULL
               AND line.is_downpayment IS NOT TRUE
               AND day.date <= %(date_to)s
               AND %(chosen)s
               AND line.id IN (%(line_ids)s)
            """,
            amount=self._amount(measure),
            currency=self._currency(measure, company),
            units=self._units(measure, SQL("line.product_uom_id")),
            zone=self._zone(company),
            company=company.id,
            date_to=date_to,
            chosen=self._chosen(SQL("doc.id"), documents),
            line_ids=line_ids,
        )

    def _amount(self, measure):
        if measure.counts == "quantity":
            return SQL("line.product_uom_qty * %s", self._in_own_unit())
        return SQL("line.price_subtotal")
