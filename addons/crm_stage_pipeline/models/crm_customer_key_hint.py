from odoo import api, models
from odoo.tools import SQL

# Those among which the ones that the user sees are looked for.
CANDIDATES = 80

# Pairs of neighbouring characters: trigrams find no text of two, and a Chinese word is
# two characters long.
PAIRS = """
CREATE OR REPLACE FUNCTION crm_name_pairs(name text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
SELECT array_agg(DISTINCT substr(name, place, 2))
  FROM generate_series(1, greatest(length(name) - 1, 1)) AS place
$$;
CREATE INDEX IF NOT EXISTS crm_customer_key__pairs_idx
    ON crm_customer_key USING gin (crm_name_pairs(key)) WHERE kind = 'name';
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
        """Customers whose key begins with, or has in it, what was typed.

        :return: list of customers' ids, those that begin with it and the shorter first
        """
        pattern = self.env["res.partner"]._escape(text)
        conditions = [SQL("k.key LIKE %s", f"{pattern}%")]
        if kind == "name":
            pairs = [text[place : place + 2] for place in range(len(text) - 1)]
            conditions.append(
                SQL(
                    "crm_name_pairs(k.key) @> %s::text[] AND k.key LIKE %s",
                    pairs,
                    f"%{pattern}%",
                )
            )
        self.flush_model(["customer_id", "company_id", "kind", "key"])
        self.env["crm.pool.customer"].flush_model(["active"])
        found = {}
        for condition in conditions:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT k.customer_id, k.key FROM crm_customer_key k
                      JOIN crm_pool_customer c ON c.id = k.customer_id AND c.active
                     WHERE k.company_id = %s AND k.kind = %s AND %s LIMIT %s
                    """,
                    company.id,
                    # a literal: the index is for names alone
                    SQL("'name'") if kind == "name" else SQL("'phone'"),
                    condition,
                    CANDIDATES,
                )
            )
            ordered = sorted(rows, key=lambda row: (len(row[1]), row[1]))
            found |= dict.fromkeys(customer_id for customer_id, _key in ordered)
            if len(found) >= CANDIDATES:
                break
        return list(found)
