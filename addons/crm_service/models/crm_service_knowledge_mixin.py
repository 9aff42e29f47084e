from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, html2plaintext

from ..search import all_query, any_query, phrase_query, vector

ENOUGH = 10  # hits, below which the search is relaxed


class CrmServiceKnowledgeMixin(models.AbstractModel):
    """Full text of a model that finds Chinese words of two characters.

    - Text becomes overlapping bigrams (see the pure package `search`) in a column
      `search_vector` (tsvector, GIN), which is no field: nobody reads or writes it.
    - A query is first taken as phrases; with fewer than ten hits every piece is
      wanted, then any.
    """

    _name = "crm.service.knowledge.mixin"
    _description = "Full Text Search"

    search_words = fields.Char(
        string="Any Words",
        compute="_compute_search_words",
        search="_search_search_words",
        groups="base.group_user,base.group_portal",
        help="Searches the whole text, also words of two Chinese characters.",
    )

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------
    def _compute_search_words(self):
        self.search_words = False

    def _search_search_words(self, operator, value):
        if operator not in ("ilike", "like", "=") or not isinstance(value, str):
            return NotImplemented
        query = self._relaxed_query(value)
        if not query:
            return Domain.TRUE
        return Domain(
            "id",
            "in",
            SQL(
                "(SELECT id FROM %s WHERE search_vector @@ %s::tsquery)",
                SQL.identifier(self._table),
                query,
            ),
        )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------
    def init(self):
        if self._abstract or not self._auto:
            return
        table = SQL.identifier(self._table)
        self.env.cr.execute(
            SQL("ALTER TABLE %s ADD COLUMN IF NOT EXISTS search_vector tsvector", table)
        )
        self.env.cr.execute(
            SQL(
                "CREATE INDEX IF NOT EXISTS %s ON %s USING gin (search_vector)",
                SQL.identifier(f"{self._table}__search_vector_index"),
                table,
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._index_text()
        return records

    def write(self, vals):
        result = super().write(vals)
        if {name for name, _weight in self._text_fields()} & vals.keys():
            self._index_text()
        return result

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------
    @api.model
    def _text_fields(self):
        """[(field name, weight A to D)]; Html fields are read as text."""
        return [("name", "A")]

    def _index_text(self):
        """Write the search vector of these records."""
        rows = []
        for record in self:
            texts = []
            for name, weight in self._text_fields():
                value = record[name] or ""
                if record._fields[name].type == "html":
                    value = html2plaintext(value)
                texts.append((value, weight))
            rows.append(SQL("(%s, %s)", record.id, vector(texts)))
        if rows:
            self.env.cr.execute(
                SQL(
                    "UPDATE %s t SET search_vector = v.words::tsvector "
                    "FROM (VALUES %s) AS v(id, words) WHERE t.id = v.id",
                    SQL.identifier(self._table),
                    SQL(", ").join(rows),
                )
            )

    @api.model
    def _relaxed_query(self, text):
        """The strictest tsquery literal that has enough hits, else the loosest."""
        query = ""
        for build in (phrase_query, all_query, any_query):
            query = build(text)
            if not query:
                return ""
            hits = self.env.execute_query(
                SQL(
                    "SELECT count(*) FROM (SELECT 1 FROM %s "
                    "WHERE search_vector @@ %s::tsquery LIMIT %s) hit",
                    SQL.identifier(self._table),
                    query,
                    ENOUGH,
                )
            )[0][0]
            if hits >= ENOUGH:
                break
        return query

    @api.model
    def search_ranked(self, text, limit=10, domain=None):
        """Records that the user may read, best match first (RPC: ids and names).

        text: what was typed; domain: further conditions. Empty text gives nothing.
        """
        query = self._relaxed_query(text)
        if not query:
            return []
        found = self._search(Domain(domain or []) & Domain("search_words", "=", text))
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %(table)s WHERE id IN %(found)s "
                "ORDER BY ts_rank_cd(search_vector, %(query)s::tsquery) DESC, id DESC "
                "LIMIT %(limit)s",
                table=SQL.identifier(self._table),
                found=found.subselect(),
                query=any_query(text),
                limit=limit,
            )
        )
        records = self.browse(row[0] for row in rows)
        return [{"id": record.id, "name": record.display_name} for record in records]
