from odoo import api, fields, models


class CrmPoolCustomer(models.Model):
    """A parent customer with everything below it (父客户, P53): roll-up on the card.

    Child companies are customers of their own; contact persons are the parent's.
    """

    _inherit = "crm.pool.customer"

    subsidiary_ids = fields.Many2many(
        comodel_name="crm.pool.customer",
        compute="_compute_subsidiary_ids",
        compute_sudo=False,
        string="Subsidiaries",
        help="Customers below this one, of any depth, that the user may read.",
    )
    family_invoiced = fields.Monetary(
        compute="_compute_family_invoiced",
        compute_sudo=False,
        string="Invoiced Together",
        help="Of the customer and its subsidiaries, as far as the user may read.",
    )
    family_open_amount = fields.Monetary(
        compute="_compute_family_invoiced",
        compute_sudo=False,
        string="Open Amount Together",
    )

    @api.depends("partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_subsidiary_ids(self):
        for customer in self:
            below = self.env["res.partner"].search(
                [
                    ("id", "child_of", customer.partner_id.id),
                    ("id", "!=", customer.partner_id.id),
                    ("is_company", "=", True),
                ]
            )
            rows = [
                ("partner_id", "in", below.ids),
                ("company_id", "=", customer.company_id.id),
            ]
            customer.subsidiary_ids = (
                self.search(rows, order="name, id") if below else False
            )

    @api.depends("subsidiary_ids", "card_invoiced", "card_open_amount")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_family_invoiced(self):
        for customer in self:
            family = customer | customer.subsidiary_ids
            customer.family_invoiced = sum(family.mapped("card_invoiced"))
            customer.family_open_amount = sum(family.mapped("card_open_amount"))

    def action_open_relations(self):
        """Draw departments, persons and relations of the customer."""
        self.ensure_one()
        return self.partner_id.action_open_relations()
