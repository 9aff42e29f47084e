from odoo import api, models
from odoo.tools import SQL

# Those among which the ones that the user sees are looked for.
CANDIDATES = 80
# Names that are read one by one, before the index of pairs is asked.
READ = 5000

# Pairs of neighbouring characters: trigrams find no text of two, and a Chinese word is
# two characters long. What waits to enter an index of this kind is read whole by every
# search, so that little of it may wait (512 kB; PostgreSQL lets 4 MB wait, 3 ms).
PAIRS = """
CREATE OR REPLACE FUNCTION crm_name_pairs(name text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
SELECT array_agg(DISTINCT substr(name, place, 2))
  FROM generate_series(1, greatest(length(name) - 1, 1)) AS place
$$;
CREATE INDEX IF NOT EXISTS crm_customer_key__pairs_idx
    ON crm_customer_key USING gin (crm_name_pairs(key)) WHERE kind = 'name';
ALTER INDEX crm_customer_key__pairs_idx SET (gin_pending_list_limit = 512);
"""
BEGINNINGS = """
SELECT customer_id, key FROM crm_customer_key
 WHERE company_id = %(company)s AND kind = %(kind)s AND key LIKE %(begins)s
 ORDER BY key USING ~<~ LIMIT %(most)s
"""
# A pair that many names have is met soon; of one that few have the index gives few. The
# index gives all it has before the first can be taken, 35,000 of a common pair.
PARTS = f"""
WITH beginning AS MATERIALIZED ({BEGINNINGS}),
     met AS MATERIALIZED (
        SELECT customer_id, key
          FROM (SELECT customer_id, key FROM crm_customer_key
                 WHERE company_id = %(company)s AND kind = %(kind)s
                 LIMIT %(read)s) AS known
         WHERE key LIKE %(part)s AND (SELECT count(*) FROM beginning) < %(most)s
         LIMIT %(most)s)
SELECT * FROM beginning
 UNION ALL
SELECT * FROM met
 UNION ALL
(SELECT customer_id, key FROM crm_customer_key
  WHERE company_id = %(company)s AND kind = %(kind)s
    AND crm_name_pairs(key) @> %(pairs)s::text[] AND key LIKE %(part)s
    AND (SELECT count(*) FROM beginning) < %(most)s
    AND (SELECT count(*) FROM met) < %(most)s
  LIMIT %(most)s)
"""


class CrmCustomerKey(models.Model):
    """What the hint shows while somebody types a customer's name or number (P48)."""

    _inherit = "crm.customer.key"

    def init(self):
        result = super().init()
        self.env.cr.execute(SQL(PAIRS))
        return result

    @api.model
    def _hint_candidates(self, company, kind, text):
        """Customers, archived ones too, whose key begins with, or has in it, what was
        typed.

        :return: pairs of a customer's id and key: those that begin with it, then the
            others, the shorter first
        """
        pattern = self.env["res.partner"]._escape(text)
        self.flush_model(["customer_id", "company_id", "kind", "key"])
        rows = self.env.execute_query(
            SQL(
                PARTS if kind == "name" else BEGINNINGS,
                company=company.id,
                # a literal: the index is for names alone
                kind=SQL("'name'") if kind == "name" else SQL("'phone'"),
                begins=f"{pattern}%",
                part=f"%{pattern}%",
                pairs=[text[place : place + 2] for place in range(len(text) - 1)],
                read=READ,
                most=CANDIDATES,
            )
        )
        return sorted(
            dict.fromkeys(rows),
            key=lambda row: (not row[1].startswith(text), len(row[1]), row[1]),
        )
