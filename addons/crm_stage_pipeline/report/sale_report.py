from odoo import fields, models


class SaleReport(models.Model):
    """What customers bring, and what they paid for a product before (P57).

    The profit is the amount less the product's present cost in the order's company, in
    the currency of the analysis; team leaders and managers see it.
    """

    _inherit = "sale.report"
    _depends = {"product.product": ["standard_price"]}

    pool_profit = fields.Monetary(
        string="Profit",
        readonly=True,
        groups="crm_stage_pipeline.crm_stage_pipeline_group_leader",
    )

    def _select_additional_fields(self):
        columns = super()._select_additional_fields()
        rate = self._case_value_or_one("account_currency_table.rate")
        order_rate = self._case_value_or_one("s.currency_rate")
        columns["pool_profit"] = f"""
            CASE WHEN l.product_id IS NULL THEN 0 ELSE
                SUM(l.price_subtotal / {order_rate} * {rate})
                - SUM(l.product_uom_qty * u.factor / u2.factor * {rate} * COALESCE(
                    (p.standard_price ->> s.company_id::text)::numeric, 0))
            END"""
        return columns
