import unicodedata

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..text import name_key
from .res_partner_search import trigrams

# A text of fewer characters is no typing error of another one.
SHORTEST_ERROR = 4
# How much of the typed text's trigrams a name must have (pg_trgm).
ALIKE = "0.45"


class CrmPoolCustomer(models.Model):
    """The quick box: a customer by what one remembers of its name (P44, G58).

    - The words in any order, of any width and case, with or without spaces and legal
      forms: by the keys of the names.
    - The initials of its pinyin, or a keyword.
    - With typing errors, where PostgreSQL has pg_trgm.
    """

    _inherit = "crm.pool.customer"

    quick_search = fields.Char(
        string="Customer, Initials, Keyword",
        compute="_compute_quick_search",
        search="_search_quick_search",
    )

    @api.depends("name")
    def _compute_quick_search(self):
        for customer in self:
            customer.quick_search = customer.name

    @api.model
    def _search_quick_search(self, operator, value):
        if operator != "ilike" or not isinstance(value, str):
            return NotImplemented
        text = unicodedata.normalize("NFKC", value).strip()
        if not text:
            return Domain.TRUE
        return self._named_domain(text) | Domain(
            "partner_id", "any!", self._initials_domain(text) | self._alike_domain(text)
        )

    @api.model
    def _named_domain(self, text):
        """All words occur in the key of the name, which no other company reads."""
        keys = [key for key in map(name_key, text.split()) if key]
        if not keys:
            return Domain.FALSE
        self.env["crm.customer.key"].flush_model(["customer_id", "kind", "key"])
        patterns = [f"%{key}%" for key in keys]
        return Domain.custom(
            to_sql=lambda _model, alias, _query: SQL(
                "%s IN (SELECT customer_id FROM crm_customer_key"
                " WHERE kind = 'name' AND key LIKE ALL(%s))",
                SQL.identifier(alias, "id"),
                patterns,
            )
        )

    @api.model
    def _initials_domain(self, text):
        """:return: domain on res.partner"""
        joined = "".join(text.split())
        escaped = self.env["res.partner"]._escape(joined)
        domain = Domain("keyword", "ilike", text)
        if joined.isascii():
            domain |= Domain("mnemonic_code", "=ilike", f"{escaped}%")
        return domain

    @api.model
    def _alike_domain(self, text):
        """:return: domain on res.partner"""
        if len(text) < SHORTEST_ERROR or not self.env.registry.has_trigram:
            return Domain.FALSE
        # for this transaction only: the index knows no other way to be told
        self.env.cr.execute(
            SQL(
                "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)",
                ALIKE,
            )
        )
        unaccent = self.env.registry.unaccent
        return Domain.custom(
            to_sql=lambda _model, alias, _query: SQL(
                "%s <%% %s", text, unaccent(SQL.identifier(alias, "complete_name"))
            )
        )


class CrmCustomerKey(models.Model):
    _inherit = "crm.customer.key"

    _key_trigram_idx = models.Index(trigrams("key"))
