from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import ConcurrencyError

from ..pool.transition import rank


class CrmPoolCustomer(models.Model):
    """How leads and orders bring customers into the pool and move them up.

    A lead with a commercial partner, or an order, makes the row of its company: a
    shared one. A selling opportunity lifts its customer to the stage opportunity
    (P12), a confirmed order to deal (P14); nothing is moved down that way. The
    salesperson of an open document has access to its customer until it closes.
    """

    _inherit = "crm.pool.customer"

    @api.model
    def _row_for(self, partner, company):
        """The row of a partner's commercial entity in `company`, made if missing.

        Superuser, because documents are made by people who may not enter
        customers, and the row may be somebody's private one.

        :return: one row (superuser), archived or not
        """
        rows_sudo = self._privileged().with_context(active_test=False)
        commercial = partner.with_env(rows_sudo.env).commercial_partner_id
        row_sudo = rows_sudo.search(
            [("partner_id", "=", commercial.id), ("company_id", "=", company.id)]
        )
        if row_sudo:
            return row_sudo
        try:
            with self.env.cr.savepoint():
                return rows_sudo.create(
                    {
                        "partner_id": commercial.id,
                        "company_id": company.id,
                        "owner_id": False,
                    }
                )
        except UniqueViolation as error:
            # made meanwhile by another transaction: replay and see it
            raise ConcurrencyError("The customer's row was just made.") from error

    @api.model
    def _document_key(self, document):
        """The commercial partner and the company that a lead or order counts for."""
        company = document.company_id or document.user_id.company_id or self.env.company
        return document.partner_id.commercial_partner_id, company

    @api.model
    def _lift(self, document, code):
        """Bring the customer of `document` (superuser) up to stage `code`."""
        row_sudo = self._row_for(*self._document_key(document))
        if not row_sudo.active:
            row_sudo._write_pool({"active": True})
        if rank(row_sudo.stage_code or None) < rank(code):
            self.env["crm.pool.log"]._append(
                "document",
                [{"customer": row_sudo, "stage_after": code}],
                document.display_name,
            )
            stage = self.env["crm.pool.stage"]._stage_for(code, row_sudo.company_id)
            row_sudo._set_stage(stage)

    @api.model
    def _sync_document_access(self, keys):
        """Give the salespeople of open documents access, take it from the others.

        :param keys: set of (commercial partner, company), superuser
        """
        for partner_sudo, company in keys:
            row_sudo = (
                self._privileged()
                .with_context(active_test=False)
                .search(
                    [
                        ("partner_id", "=", partner_sudo.id),
                        ("company_id", "=", company.id),
                    ]
                )
            )
            if not row_sudo:
                continue
            access_sudo = row_sudo.access_ids.filtered(lambda r: r.kind == "document")
            users = row_sudo._document_users()
            access_sudo.filtered_domain([("user_id", "not in", users.ids)]).unlink()
            access_sudo.create(
                [
                    {
                        "customer_id": row_sudo.id,
                        "user_id": user.id,
                        "kind": "document",
                    }
                    for user in users - access_sudo.exists().user_id
                ]
            )

    def _document_users(self):
        """Salespeople of the open leads and orders of this row (superuser)."""
        self.ensure_one()
        domain = [
            ("partner_id.commercial_partner_id", "=", self.partner_id.id),
            ("user_id", "!=", False),
        ]
        documents = [
            *self.env["crm.lead"].search([*domain, ("won_status", "=", "pending")]),
            *self.env["sale.order"].search(
                [*domain, ("state", "!=", "cancel"), ("locked", "=", False)]
            ),
        ]
        users = self.env["res.users"]
        for document in documents:
            if self._document_key(document)[1] == self.company_id:
                users |= document.user_id
        return users
