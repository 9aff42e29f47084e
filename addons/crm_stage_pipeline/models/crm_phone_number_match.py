from odoo import api, models, tools
from odoo.fields import Domain
from odoo.tools import SQL, Query

from ..numbering import search_keys

# More candidates than anybody would choose from.
MATCH_LIMIT = 50


class CrmPhoneNumber(models.Model):
    """Whose number it is, asked while a telephone rings (A2).

    The indexes are asked first, the reader's rules about what was found: a stranger
    costs no rule. The rules' SQL is kept in the registry's cache, as long as the
    rules themselves are and what they are made of (docs/decisions/0013).
    """

    _inherit = "crm.phone.number"

    @api.model
    def _match(self, number, country=None):
        """Numbers that are the presented one, for the caller's eyes.

        First the exact number in E.164; when there is none, numbers that end like
        it: written without area code or without country. Nothing for anonymous
        callers, extensions and other numbers of less than seven digits. Numbers that
        the caller reads masked are found too: somebody has presented them whole.

        :param number: any text or number, as a telephone exchange presents it
        :param country: res.country of numbers without country code, the company's
            by default
        :return: crm.phone.number, several of one or more contacts and leads
        """
        country = country or self.env.company.country_id
        keys = search_keys(number, country.code)
        found = self.browse()
        if not keys:
            return found
        if keys.e164:
            found = self._find_visible(SQL("%s = %s", self._column("e164"), keys.e164))
        return found or self._find_visible(self._suffix_sql(keys))

    @api.model
    def _column(self, name):
        return SQL.identifier(self._table, name, to_flush=self._fields[name])

    @api.model
    def _suffix_sql(self, keys):
        """Stored with less in front or, for an incomplete number, with more."""
        reversed_ = self._column("digits_rev")
        shorter = SQL(
            "(%s IN %s AND %s IS NULL)", reversed_, keys.shorter, self._column("e164")
        )
        if not keys.prefix:
            return shorter
        longer = SQL("%s LIKE %s", reversed_, f"{keys.prefix}%")
        if keys.region:
            region = self._column("region")
            longer = SQL(
                "%s AND (%s = %s OR %s IS NULL)", longer, region, keys.region, region
            )
        return SQL("(%s OR (%s))", shorter, longer)

    @api.model
    def _find_visible(self, condition):
        """Numbers that meet an SQL condition and that the reader may see."""
        self.browse().check_access("read")
        rows = self.env.execute_query(
            SQL(
                "SELECT %s, %s, %s, %s FROM %s WHERE %s LIMIT %s",
                self._column("sequence"),
                self._column("id"),
                self._column("partner_id"),
                self._column("lead_id"),
                SQL.identifier(self._table),
                condition,
                MATCH_LIMIT + 1,
            )
        )
        if not rows:
            return self.browse()
        is_many = len(rows) > MATCH_LIMIT
        if self.env.su and not is_many:
            return self.browse(row[1] for row in sorted(rows))
        if not is_many:
            ids = tuple(row[1] for row in rows)
            condition = SQL("%s IN %s", self._column("id"), ids)
        tables, rules = self._rules_sql(
            has_contacts=is_many or any(row[2] for row in rows),
            has_leads=is_many or any(row[3] for row in rows),
        )
        visible = self.env.execute_query(
            SQL(
                "SELECT %s FROM %s WHERE %s AND %s ORDER BY %s, %s LIMIT %s",
                self._column("id"),
                tables,
                condition,
                rules,
                self._column("sequence"),
                self._column("id"),
                MATCH_LIMIT,
            )
        )
        return self.browse(row[0] for row in visible)

    @api.model
    @tools.ormcache(
        "self.env.uid",
        "self.env.su",
        "tuple(self.env.companies.ids)",
        "self.env.user._get_group_ids()",
        "has_contacts",
        "has_leads",
    )
    def _rules_sql(self, has_contacts, has_leads):
        """The rules of reading, for numbers of contacts, of leads, or of both: what
        they say of the other kind needs neither planning nor asking.

        :return: (SQL of the tables, SQL of the condition)
        """

        def simplify(condition):
            for name, is_there, is_other in (
                ("partner_id", has_contacts, has_leads),
                ("lead_id", has_leads, has_contacts),
            ):
                if condition.field_expr != name or (is_there and is_other):
                    continue
                if condition.operator == "in" and set(condition.value) == {False}:
                    return Domain(not is_there)
                if condition.operator == "any" and not is_there:
                    return Domain.FALSE
            return condition

        # as BaseModel._search asks the rules
        model = self.sudo().with_context(active_test=False)
        domain = Domain.TRUE
        if not self.env.su:
            domain = self.env["ir.rule"]._compute_domain(self._name, "read")
        domain = domain.map_conditions(simplify).optimize_full(model)
        query = Query(self.env, self._table, self._table_sql)
        condition = domain._to_sql(model, self._table, query)
        return query.from_clause, condition
