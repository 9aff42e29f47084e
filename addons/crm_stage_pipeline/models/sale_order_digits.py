from odoo import api, models


class SaleOrder(models.Model):
    """On confirmation prices get the decimals of orders (G19)."""

    _inherit = "sale.order"

    def action_confirm(self):
        result = super().action_confirm()
        self.filtered(lambda order: order.state == "sale").order_line._round_prices()
        return result


class SaleOrderLine(models.Model):
    """Unit prices with the decimals of the company's quotations or orders (G19)."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._round_prices()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if "price_unit" in vals and not self.env.context.get("crm_pool_rounding"):
            self._round_prices()
        return result

    def _round_prices(self):
        policies = self.env["crm.pool.policy"]
        by_company = self.grouped(lambda line: line.order_id.company_id)
        for company, lines in by_company.items():
            policy = policies._policy_for(company) if company else policies
            if policy.quotation_digits or policy.order_digits:
                lines.with_context(crm_pool_rounding=True)._round_by(policy)

    def _round_by(self, policy):
        for line in self.filtered(lambda x: not x.display_type and x.price_unit):
            kind = "order" if line.order_id.state == "sale" else "quotation"
            price = policy._round_price(kind, line.price_unit)
            if price != line.price_unit:
                line.price_unit = price


class ProductTemplate(models.Model):
    """Sales prices with the decimals of the company that enters them (G19)."""

    _inherit = "product.template"

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_rounded_price(v) for v in vals_list])

    def write(self, vals):
        return super().write(self._with_rounded_price(vals))

    @api.model
    def _with_rounded_price(self, vals):
        if not vals.get("list_price"):
            return vals
        company = self.env["res.company"].browse(vals.get("company_id"))
        policy = self.env["crm.pool.policy"]._policy_for(company or self.env.company)
        return {
            **vals,
            "list_price": policy._round_price("product", vals["list_price"]),
        }
