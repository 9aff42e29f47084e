from contextlib import contextmanager

from odoo import api, models
from odoo.fields import Domain
from odoo.modules.db import FunctionStatus
from odoo.tools import SQL

# below three characters there is no trigram; longer lists are no suggestions
SHORTEST, LONGEST_LIST = 3, 100
PLANS = ("enable_seqscan", "enable_indexscan", "enable_indexonlyscan")


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
        ids = self._fetch_some(wanted, limit + 1)
        if len(ids) > limit:
            begins = Domain("complete_name", "=ilike", self._escape(name) + "%")
            first = self._fetch_some(begins & wanted, limit)
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
    def _fetch_some(self, domain, limit):
        """Ids of at most `limit` contacts that fit, whichever."""
        query = self._search(domain, limit=limit)
        if query.is_empty():
            return []
        with self._by_bitmap():
            return [row[0] for row in self.env.execute_query(query.select())]

    @contextmanager
    def _by_bitmap(self):
        """Let PostgreSQL use nothing but the trigrams: it guesses how many rows fit,
        and where it takes none for many it reads the whole table.
        """
        for state in ("off", "on"):
            switches = SQL(", ").join(
                SQL("set_config(%s, %s, true)", plan, state) for plan in PLANS
            )
            self.env.cr.execute(SQL("SELECT %s", switches))
            if state == "off":
                yield
