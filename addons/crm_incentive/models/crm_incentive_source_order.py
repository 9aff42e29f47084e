from odoo import models
from odoo.tools import SQL


class CrmIncentiveSourceOrder(models.AbstractModel):
    """Confirmed orders: untaxed amounts of their lines, without down payments."""

    _name = "crm.incentive.source.order"
    _inherit = ["crm.incentive.source"]
    _description = "Confirmed Orders"

    _source_code = "order"
    _line_model = "sale.order.line"
    _date_rules = (("order", "Order Date"),)

    def _source_rows(self, measure, line_ids, company, date_to):
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
                   line.price_subtotal AS amount,
                   doc.currency_id,
                   doc.user_id,
                   partner.commercial_partner_id AS partner_id
              FROM sale_order_line line
              JOIN sale_order doc ON doc.id = line.order_id
              JOIN res_partner partner ON partner.id = doc.partner_id
        CROSS JOIN LATERAL (
                    SELECT (doc.date_order AT TIME ZONE 'UTC'
                            AT TIME ZONE %(zone)s)::date AS date) day
             WHERE doc.state = 'sale'
               AND doc.company_id = %(company)s
               AND line.display_type IS NULL
               AND line.is_downpayment IS NOT TRUE
               AND day.date <= %(date_to)s
               AND line.id IN (%(line_ids)s)
            """,
            zone=self._zone(company),
            company=company.id,
            date_to=date_to,
            line_ids=line_ids,
        )
