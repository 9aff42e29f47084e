from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmPoolCustomer(models.Model):
    """What a customer's opportunities and orders say about it.

    - A running opportunity: also of a deal customer who buys again (C6); the lists
      of opportunities and the main line count it.
    - A deal without an order left: its last one was cancelled (P14). The stage stays,
      the customer's form warns.
    """

    _inherit = "crm.pool.customer"

    has_running_opportunity = fields.Boolean(
        compute="_compute_has_running_opportunity",
        search="_search_has_running_opportunity",
        help="An opportunity of this company is being sold.",
    )
    has_cancelled_deal = fields.Boolean(
        compute="_compute_has_cancelled_deal",
        help="Stands in deal, but all its orders were cancelled.",
    )

    def _compute_has_running_opportunity(self):
        """Superuser: that there is one may be known to who sees the customer."""
        leads_sudo = self._privileged().env["crm.lead"]
        groups = leads_sudo._read_group(
            [
                ("sales_mark", "=", "selling"),
                ("partner_id.commercial_partner_id", "in", self.partner_id.ids),
            ],
            ["partner_id", "company_id"],
        )
        found = {
            (person.commercial_partner_id.id, company.id) for person, company in groups
        }
        for customer in self:
            partner_id = customer.partner_id.id
            customer.has_running_opportunity = bool(
                found & {(partner_id, customer.company_id.id), (partner_id, False)}
            )

    @api.model
    def _search_has_running_opportunity(self, operator, value):
        if operator != "in" or len(value) != 1:
            return NotImplemented
        self.env["crm.lead"].flush_model()
        condition = Domain.custom(
            to_sql=lambda _model, alias, _query: SQL(
                "EXISTS (SELECT 1 FROM crm_lead AS running"
                " JOIN res_partner AS person ON person.id = running.partner_id"
                " WHERE running.active AND running.sales_mark = 'selling'"
                " AND person.commercial_partner_id = %s"
                " AND COALESCE(running.company_id, %s) = %s)",
                SQL.identifier(alias, "partner_id"),
                SQL.identifier(alias, "company_id"),
                SQL.identifier(alias, "company_id"),
            )
        )
        return condition if True in value else ~condition

    @api.depends("stage_code")
    def _compute_has_cancelled_deal(self):
        """Superuser: the orders of other salespeople count."""
        deals = self.filtered(lambda customer: customer.stage_code == "deal")
        orders_sudo = self._privileged().env["sale.order"]
        states = {}
        for partner, company, state in orders_sudo._read_group(
            [
                ("partner_id.commercial_partner_id", "in", deals.partner_id.ids),
                ("state", "in", ("sale", "cancel")),
            ],
            ["partner_id", "company_id", "state"],
        ):
            key = (partner.commercial_partner_id.id, company.id)
            states.setdefault(key, set()).add(state)
        for customer in self:
            key = (customer.partner_id.id, customer.company_id.id)
            customer.has_cancelled_deal = customer in deals and (
                states.get(key) == {"cancel"}
            )
