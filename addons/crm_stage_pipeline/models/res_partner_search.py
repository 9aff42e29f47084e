from contextlib import contextmanager

from odoo import api, models
from odoo.fields import Domain
from odoo.modules.db import FunctionStatus
from odoo.tools import SQL

# below three characters there is no trigram; longer lists are no suggestions
SHORTEST, LONGEST_LIST = 3, 100
# what PostgreSQL may not use, by what it is to use: it guesses how many rows fit, and
# where it takes none for many it reads the whole table
FORBIDDEN = {
    "trigrams": ("enable_seqscan", "enable_indexscan", "enable_indexonlyscan"),
    "order": ("enable_seqscan", "enable_bitmapscan"),
}
# newest contacts among which a common text is found sooner than by its trigrams
NEWEST = 1000


def trigrams(column):
    """The index that "contains" uses, where PostgreSQL has the extension pg_trgm.

    Without the extension, which a database's owner may not be allowed to create, no
    index is made and the search stays right, only slow; an upgrade of the addon
    makes it later. As core's trigram indexes it stands on unaccent() if the search
    does.
    """

    def definition(registry):
        if not registry.has_trigram:
            return ""
        expression = f'"{column}"'
        if registry.has_unaccent == FunctionStatus.INDEXABLE:
            expression = registry.unaccent(expression)
        return f"USING gin ({expression} gin_trgm_ops)"

    return definition


class ResPartner(models.Model):
    """Finding a contact among a million by a part of its name, e-mail or number.

    Core looks for the typed text in five columns at once (_rec_names_search); each
    of them needs its index, or all rows are read. And it sorts all that fits, for
    which PostgreSQL walks through the names in their order: seconds, when those that
    fit come late. Here a few that fit are fetched and only these sorted.
    """

    _inherit = "res.partner"

    _complete_name_trigram_idx = models.Index(trigrams("complete_name"))
    _complete_name_lower_idx = models.Index("(lower(complete_name) text_pattern_ops)")
    _email_trigram_idx = models.Index(trigrams("email"))
    _ref_trigram_idx = models.Index(trigrams("ref"))
    _vat_trigram_idx = models.Index(trigrams("vat"))
    _company_registry_trigram_idx = models.Index(trigrams("company_registry"))

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """As core's when all that fits is shown.

        Of more, those whose name begins with the text come first, and which of the
        others are shown is not said: one types on.
        """
        if (
            operator != "ilike"
            or not isinstance(name, str)
            or len(name.strip()) < SHORTEST
            or not 0 < (limit or 0) <= LONGEST_LIST
            or not self.env.registry.has_trigram
        ):
            return super().name_search(name, domain, operator, limit)
        wanted = Domain("display_name", operator, name) & Domain(domain or Domain.TRUE)
        ids = self._fetch_newest(wanted, limit + 1)
        if len(ids) <= limit:
            ids = self._fetch_some(wanted, limit + 1, "trigrams")
        if len(ids) > limit:
            begins = self._begins_domain(name) & Domain(domain or Domain.TRUE)
            first = self._fetch_some(begins, limit, "order")
            ids = [*first, *(set(ids) - set(first))][:limit]
            found = self.browse(ids).sorted(
                lambda partner: (partner.id not in first, partner.complete_name or "")
            )
        else:
            found = self.search_fetch([("id", "in", ids)], ["display_name"])
        # superuser, as core: a name may be made of a parent's that is not readable
        found_sudo = found.sudo()
        return [(partner.id, partner.display_name) for partner in found_sudo]

    @api.model
    def _escape(self, text):
        """`text` without the wildcards of LIKE."""
        for character in "\\%_":
            text = text.replace(character, f"\\{character}")
        return text

    @api.model
    def _begins_domain(self, name):
        """Names that begin with the text, by their own index."""
        pattern = self._escape(name.lower()) + "%"
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "lower(%s) LIKE %s",
                model._field_to_sql(alias, "complete_name", query),
                pattern,
            )
        )

    @api.model
    def _fetch_newest(self, domain, limit):
        """As _fetch_some, among the newest contacts only."""
        query = SQL("SELECT max(id) FROM res_partner")
        ((newest,),) = self.env.execute_query(query)
        among = Domain("id", ">", (newest or 0) - NEWEST)
        return self._fetch_some(among & domain, limit, "order")

    @api.model
    def _fetch_some(self, domain, limit, by):
        """Ids of at most `limit` contacts that fit, whichever.

        :param by: a key of FORBIDDEN
        """
        query = self._search(domain, limit=limit)
        if query.is_empty():
            return []
        with self._planned_by(by):
            return [row[0] for row in self.env.execute_query(query.select())]

    @contextmanager
    def _planned_by(self, by):
        for state in ("off", "on"):
            switches = SQL(", ").join(
                SQL("set_config(%s, %s, true)", plan, state) for plan in FORBIDDEN[by]
            )
            self.env.cr.execute(SQL("SELECT %s", switches))
            if state == "off":
                yield
