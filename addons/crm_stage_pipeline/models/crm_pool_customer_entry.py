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

        :return: one row (superuser), archived or not
        """
        partner_sudo = partner.with_env(self._privileged().env)
        return self._rows_for({(partner_sudo.commercial_partner_id, company)})

    @api.model
    def _rows_with_keys(self, keys):
        """The rows of self's model that there are.

        :param keys: set of (commercial partner, company)
        """
        partner_ids = {partner.id for partner, _company in keys}
        company_ids = {company.id for _partner, company in keys}
        rows = self.search(
            [
                ("partner_id", "in", sorted(partner_ids)),
                ("company_id", "in", sorted(company_ids)),
            ]
        )
        return rows.filtered(lambda row: (row.partner_id, row.company_id) in keys)

    @api.model
    def _rows_for(self, keys):
        """The rows of commercial partners in companies, made if missing.

        Superuser, because documents are made by people who may not enter
        customers, and the row may be somebody's private one.

        :param keys: set of (commercial partner, company)
        :return: rows (superuser), archived or not
        """
        rows_sudo = self._privileged().with_context(active_test=False)
        found_sudo = rows_sudo._rows_with_keys(keys)
        present = {(row.partner_id, row.company_id) for row in found_sudo}
        # in one order, so that two transactions wait and do not deadlock
        missing = sorted(
            (partner.id, company.id) for partner, company in keys - present
        )
        if not missing:
            return found_sudo
        try:
            with self.env.cr.savepoint():
                return found_sudo + rows_sudo.create(
                    [
                        {
                            "partner_id": partner_id,
                            "company_id": company_id,
                            "owner_id": False,
                        }
                        for partner_id, company_id in missing
                    ]
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
    def _follow_documents(self, documents):
        """Make the rows of the customers of documents, and lift them.

        :param documents: leads or orders with a customer (superuser)
        """
        if not documents:
            return
        keys = {document: self._document_key(document) for document in documents}
        rows_sudo = self._rows_for(set(keys.values()))
        by_key = {(row.partner_id, row.company_id): row for row in rows_sudo}
        lifted = {}
        for document, key in keys.items():
            if code := document._pool_stage_code():
                lifted.setdefault(code, {}).setdefault(by_key[key], document)
        for code, document_by_row in lifted.items():
            rows = rows_sudo.filtered(document_by_row.__contains__)
            rows._lift(code, document_by_row)

    def _lift(self, code, document_by_row):
        """Bring rows (superuser) up to stage `code`, because of a document each."""
        for row in self.filtered(lambda row: not row.active):
            row._write_pool({"active": True})
        lower = self.filtered(lambda row: rank(row.stage_code or None) < rank(code))
        self.env["crm.pool.log"]._append(
            "document",
            [
                {
                    "customer": row,
                    "stage_after": code,
                    "reason": document_by_row[row].display_name,
                }
                for row in lower
            ],
        )
        for company, rows in lower.grouped("company_id").items():
            rows._set_stage(self.env["crm.pool.stage"]._stage_for(code, company))

    @api.model
    def _sync_document_access(self, keys):
        """Give the salespeople of open documents access, take it from the others.

        :param keys: set of (commercial partner, company), superuser
        """
        if not keys:
            return
        model_sudo = self._privileged().with_context(active_test=False)
        rows_sudo = model_sudo._rows_with_keys(keys)
        users = rows_sudo._document_users()
        given_sudo = rows_sudo.access_ids.filtered(lambda r: r.kind == "document")
        gone_sudo = given_sudo.filtered(lambda r: r.user_id not in users[r.customer_id])
        present = {(r.customer_id, r.user_id) for r in given_sudo - gone_sudo}
        gone_sudo.unlink()
        given_sudo.create(
            [
                {"customer_id": row.id, "user_id": user.id, "kind": "document"}
                for row in rows_sudo
                for user in users[row]
                if (row, user) not in present
            ]
        )

    def _document_users(self):
        """Salespeople of the open leads and orders of these rows (superuser).

        :return: dict of row to users
        """
        domain = [
            ("partner_id.commercial_partner_id", "in", self.partner_id.ids),
            ("user_id", "!=", False),
        ]
        leads = self.env["crm.lead"].search([*domain, ("won_status", "=", "pending")])
        orders = self.env["sale.order"].search(
            [*domain, ("state", "!=", "cancel"), ("locked", "=", False)]
        )
        users = dict.fromkeys(self, self.env["res.users"])
        self._add_document_users(users, leads, "user_id")
        self._add_document_users(users, orders, "user_id")
        return users

    def _add_document_users(self, users, documents, name):
        """Add the people in field `name` of documents to the rows that they are of.

        :param users: what _document_users returns
        """
        by_key = {(row.partner_id, row.company_id): row for row in self}
        for document in documents:
            if row := by_key.get(self._document_key(document)):
                users[row] |= document[name]
