from odoo import api, models

from ..numbering import NumberError, digits, normalise
from ..text import name_key

SHORTEST = 2
SHOWN = 8


class CrmPoolCustomer(models.Model):
    _inherit = "crm.pool.customer"

    @api.model
    def get_duplicate_hint(self, text, kind="name", partner_id=None):
        """Customers of the current company that are like what is being typed.

        - Those that the user sees, by a part of the name from two characters on, or by
          the beginning of a number; where numbers are hidden, only by the whole one.
        - Of a customer that he does not see only that it exists, and whose team has
          it, and only when the whole name or number is typed.

        :param kind: name or phone
        :param partner_id: the contact that is being edited
        :return: dict of rows (partner_id, name, city, owner, is_same) and notice
        """
        self.check_access("read")
        key, part = self._hint_texts(text, kind)
        company = self.env.company
        keys = self.env["crm.customer.key"]
        found = keys._hint_candidates(company, kind, part) if part else []
        same = sorted(row_id for row_id, its_key in found if its_key == key)
        if key and not part:
            same = keys._find(company, kind, [key]).get(key, [])
        visible = self._hint_visible([*same, *(row[0] for row in found)])
        # one of them may be the contact itself; of names no others are left out
        likely = visible[: SHOWN + 1].with_prefetch() if kind == "name" else visible
        likely.partner_id.fetch(["city"])
        shown = likely.filtered(lambda row: row.partner_id.id != partner_id)
        if kind == "phone":
            shown = shown.filtered(
                lambda row: row.id in same or not row.partner_id.is_number_masked
            )
        # that there is one may be known, also by who does not see it
        hidden_sudo = (
            (self.browse(same) - visible)
            ._privileged()
            .filtered(lambda row: row.active and row.partner_id.id != partner_id)
        )
        return {
            "rows": [row._hint_row(row.id in same) for row in shown[:SHOWN]],
            "notice": bool(hidden_sudo)
            and keys._get_duplicate_message(kind, hidden_sudo[0]),
        }

    @api.model
    def _hint_visible(self, customer_ids):
        """Those that the user sees, in this order, with what the hint shows of them."""
        shown = ["partner_id", "name", "owner_id"]
        seen = set(self.search_fetch([("id", "in", customer_ids)], shown)._ids)
        wanted = dict.fromkeys(customer_ids)
        return self.browse(row_id for row_id in wanted if row_id in seen)

    @api.model
    def _hint_texts(self, text, kind):
        """The key of what was typed, if it is whole, and the part of a key that it is.

        Empty where it is none, or too short to look for.
        """
        text = str(text or "")[:100]
        if kind == "name":
            key = name_key(text)
            return (key, key) if len(key) >= SHORTEST else ("", "")
        if kind != "phone":
            return "", ""
        country = self.env.company.country_id or self.env.ref("base.cn")
        try:
            return normalise(text, country.code).e164, ""
        except NumberError:
            plain = digits(text)
        if text.strip().startswith("+"):
            return "", f"+{plain}" if len(plain) >= SHORTEST else ""
        plain = plain.lstrip("0")
        return "", f"+{country.phone_code}{plain}" if len(plain) >= SHORTEST else ""

    def _hint_row(self, is_same):
        owner = self.owner_id
        return {
            "partner_id": self.partner_id.id,
            "name": self.name,
            "city": self.partner_id.city or "",
            "owner": owner.name if owner else self.env._("Shared"),
            "is_same": is_same,
        }
