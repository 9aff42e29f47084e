from odoo import api, fields, models


class ProductProduct(models.Model):
    """What a product costs the customer whom one is talking to."""

    _inherit = "product.product"

    customer_price = fields.Monetary(
        string="Customer's Price",
        compute="_compute_customer_price",
        currency_field="customer_currency_id",
        help="By the pricelist of the customer in the context, for one unit.",
    )
    customer_currency_id = fields.Many2one(
        comodel_name="res.currency", compute="_compute_customer_price"
    )

    @api.depends_context("crm_customer_partner_id", "company")
    def _compute_customer_price(self):
        partner_id = self.env.context.get("crm_customer_partner_id")
        partner = self.env["res.partner"].browse(partner_id)
        partner.check_access("read")
        pricelist = partner.property_product_pricelist
        prices = pricelist._get_products_price(self, quantity=1.0)
        for product in self:
            product.customer_price = prices[product.id]
            product.customer_currency_id = (
                pricelist.currency_id or self.env.company.currency_id
            )
