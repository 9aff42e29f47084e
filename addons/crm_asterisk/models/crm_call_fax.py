from odoo import models


class CrmCall(models.Model):
    """A call that carries a fax is no talk: its contact record is the fax's."""

    _inherit = "crm.call"

    def _concerned_users(self):
        """Nobody talks: it does not ring in anybody's panel."""
        if self.command_id.kind == "fax":
            return self.env["res.users"]
        return super()._concerned_users()

    def _settle(self, now):
        result = super()._settle(now)
        for told in (self.facts or {}).get("sets", {}).get("fax", ()):
            _at, direction, status, reason, pages, name = told
            if direction == "in" and status == "SUCCESS":
                self._keep_fax(name, pages)
        for fax in self.env["crm.fax"]._tried_by(self):
            fax._finish(*self._fax_result(), self)
        return result

    def _fax_result(self):
        """(status, reason, pages): what the PBX says of the pages, else what became of
        the call."""
        told = (self.facts or {}).get("sets", {}).get("fax", ())
        if told:
            _at, _direction, status, reason, pages, _name = sorted(told)[-1]
            return status or "FAILED", reason, pages
        results = dict(self._fields["result"]._description_selection(self.env))
        return "FAILED", results.get(self.result, ""), 0

    def _keep_fax(self, name, pages):
        """Pages that have come; the connector reads them."""
        faxes = self.env["crm.fax"]
        if not self.server_id._fax_path(name) or faxes.search_count(
            [("server_id", "=", self.server_id.id), ("file_name", "=", name)], limit=1
        ):
            return
        number = self.number or ""
        customer = self.server_id._customer_calling(number)
        faxes.create(
            {
                "name": self.env._("Fax from %(number)s", number=number or "?"),
                "direction": "in",
                "state": "receiving",
                "number": number,
                "e164": self._international(self.server_id, number),
                "partner_id": customer.partner_id.id,
                "customer_id": customer.id,
                "server_id": self.server_id.id,
                "company_id": self.company_id.id,
                "user_id": customer.owner_id.id,
                "page_count": pages,
                "file_name": name,
                "call_id": self.id,
            }
        )

    def _record_contact(self, now):
        if self.command_id.kind == "fax" or (self.facts or {}).get("sets", {}).get(
            "fax"
        ):
            return self.env["crm.contact.record"]
        return super()._record_contact(now)
