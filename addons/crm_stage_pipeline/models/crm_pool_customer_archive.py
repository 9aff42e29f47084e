from odoo import api, models
from odoo.exceptions import AccessError, UserError


class CrmPoolCustomer(models.Model):
    """Archiving customers.

    Who has the right to delete it archives and restores a customer; not while it
    has an open order. The partner follows when its last row is archived
    and no document of it is open.
    """

    _inherit = "crm.pool.customer"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_open_orders(self):
        if not self._is_pool_edit():
            self._check_archivable(False)

    def _check_archivable(self, active):
        """Refuse to archive or restore what is not the user's, or has open orders.

        :raises AccessError, UserError: naming the customer
        """
        allowed = self._pool_allowed("delete")
        orders = self._open_orders()
        for customer in self:
            if customer not in allowed:
                refusal = customer._result("not_allowed")
                raise AccessError(refusal["message"])
            if not active and orders[customer.id]:
                refusal = customer._open_order_result(orders[customer.id])
                raise UserError(refusal["message"])

    def _log_active(self, active):
        changed = self.filtered(lambda customer: customer.active != active)
        self.env["crm.pool.log"]._append(
            "restore" if active else "archive",
            [{"customer": customer} for customer in changed],
            reason=self.env.context.get("crm_pool_bin_reason"),
        )

    def _archive_lone_partners(self):
        """Archive partners whose last row has gone and that have no open document.

        A quotation, or an order that is finished, stays as it is (C8): the contact of
        a private customer would be open to everybody otherwise.

        Superuser: rows and documents of other companies and people count.
        """
        rows_sudo = self._privileged()
        env_sudo = rows_sudo.env
        partners_sudo = rows_sudo.partner_id.filtered("active")
        theirs = [("partner_id.commercial_partner_id", "in", partners_sudo.ids)]
        leads_sudo = env_sudo["crm.lead"].search(
            [*theirs, ("won_status", "=", "pending")]
        )
        orders_sudo = (
            env_sudo["sale.order"]
            .search([*theirs, ("state", "=", "sale"), ("locked", "=", False)])
            .filtered(lambda order: order._is_pool_open())
        )
        kept_sudo = (
            rows_sudo.search([("partner_id", "in", partners_sudo.ids)]).partner_id
            | partners_sudo.filtered("user_ids")
            | (leads_sudo.partner_id | orders_sudo.partner_id).commercial_partner_id
        )
        (partners_sudo - kept_sudo).active = False
