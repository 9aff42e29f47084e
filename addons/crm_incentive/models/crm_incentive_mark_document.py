from odoo import api, models
from odoo.tools import SQL

# a change of these moves money, a date or a receiver
_MOVE_FIELDS = {
    *("state", "invoice_user_id", "invoice_date", "date", "partner_id"),
    *("currency_id", "reversed_entry_id"),
}
_ORDER_FIELDS = {"state", "user_id", "date_order", "partner_id", "currency_id"}
_LINE_FIELDS = {
    *("price_unit", "product_uom_qty", "discount", "tax_ids", "product_id"),
    *("product_uom_id", "display_type"),
}


class AccountMove(models.Model):
    """Invoices tell the incentives when they are posted, reversed or cancelled."""

    _inherit = "account.move"

    def write(self, vals):
        result = super().write(vals)
        if _MOVE_FIELDS & vals.keys():
            self._mark_incentive("state" in vals)
        return result

    def _mark_incentive(self, is_moved):
        """Mark sales documents that are posted, or were before they moved."""
        self.env["crm.incentive.mark"]._set(
            "account.move",
            [
                (move.company_id.id, move.id)
                for move in self
                if move.move_type in ("out_invoice", "out_refund", "out_receipt")
                and (is_moved or move.state == "posted")
            ],
        )


class AccountPartialReconcile(models.Model):
    """Reconciling and undoing it tell the incentives which invoices are concerned."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._mark_incentive()
        return partials

    def unlink(self):
        self._mark_incentive()
        return super().unlink()

    def _mark_incentive(self):
        if not self:
            return
        self.env["crm.incentive.mark"]._set_found(
            SQL(
                """
                SELECT DISTINCT line.company_id, 'account.move', line.move_id
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                 WHERE line.id = ANY(%s) AND move.move_type LIKE 'out_%%'
                """,
                [*self.debit_move_id.ids, *self.credit_move_id.ids],
            ),
            "account.move",
        )


class AccountPayment(models.Model):
    """Payments without a journal entry of their own settle invoices by their state."""

    _inherit = "account.payment"

    def write(self, vals):
        result = super().write(vals)
        if {"state", "date", "amount", "move_id", "invoice_ids"} & vals.keys():
            self.env["crm.incentive.mark"]._set(
                "account.move",
                [
                    (invoice.company_id.id, invoice.id)
                    for invoice in self.invoice_ids
                    if invoice.is_sale_document(include_receipts=True)
                ],
            )
        return result


class SaleOrder(models.Model):
    """Orders tell the incentives when they are confirmed, changed or cancelled."""

    _inherit = "sale.order"

    def write(self, vals):
        result = super().write(vals)
        if _ORDER_FIELDS & vals.keys():
            self._mark_incentive("state" in vals)
        return result

    def _mark_incentive(self, is_moved=False):
        """Mark orders that are confirmed, or were before they moved."""
        self.env["crm.incentive.mark"]._set(
            "sale.order",
            [
                (order.company_id.id, order.id)
                for order in self
                if is_moved or order.state == "sale"
            ],
        )


class SaleOrderLine(models.Model):
    """A line of a confirmed order counts as it stands now."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.order_id._mark_incentive()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if _LINE_FIELDS & vals.keys():
            self.order_id._mark_incentive()
        return result

    def unlink(self):
        orders = self.order_id
        result = super().unlink()
        orders._mark_incentive()
        return result


class ResCurrencyRate(models.Model):
    """A rate changes what documents of its day are worth."""

    _inherit = ["res.currency.rate", "crm.incentive.marked.mixin"]
    _name = "res.currency.rate"

    def _marked_companies(self):
        """All with plans: a rate is of a company's branches, too, or of nobody's."""
        known = self.env["crm.incentive.mark"]._companies()
        return self.env["res.company"].browse(sorted(known))


class CrmTeamMember(models.Model):
    """Members of a team are put on its plans, and their leader earns with them."""

    _inherit = ["crm.team.member", "crm.incentive.marked.mixin"]
    _name = "crm.team.member"

    def _marked_companies(self):
        return self._companies_of(self.crm_team_id)

    def _companies_of(self, teams):
        """Of the teams; a team of no company can be on a plan of any."""
        if any(not team.company_id for team in teams):
            return self.env["res.currency.rate"]._marked_companies()
        return teams.company_id


class CrmTeam(models.Model):
    """A team's leader may be a receiver."""

    _inherit = "crm.team"

    def write(self, vals):
        result = super().write(vals)
        if "user_id" in vals:
            companies = self.env["crm.team.member"]._companies_of(self)
            self.env["crm.incentive.mark"]._set_companies(companies)
        return result
