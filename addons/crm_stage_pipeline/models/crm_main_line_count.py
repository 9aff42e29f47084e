from dataclasses import replace

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, groupby

from ..pool.workday import Period
from .crm_main_line import CONTACT_COLUMNS, NEW_STAGES, VISIT_COLUMNS

# The reserve may hold a million: as in any list, nobody counts further.
COUNT_LIMIT = 10_000


class CrmMainLine(models.AbstractModel):
    """The numbers of the main line, all rows and periods in few statements.

    Customers are counted in one pass for all stages and periods, steps in one for all
    kinds, and the deal customers with a running opportunity once more for their second
    row (C6). The
    statements stand on the same domains as the lists that the tiles open.
    """

    _inherit = "crm.main.line"

    @api.model
    def _count(self, rows, scope, today):
        """The rows with their numbers: (row, {column: number}) in order.

        A row of new customers stops at COUNT_LIMIT + 1, as the lists' pagers do.
        """
        periods = self._periods(today)
        visits = self._count_by_row(self._visits_by_key, rows, scope, periods)
        contacts = self._count_by_row(self._contacts_by_key, rows, scope, periods)
        for row in rows:
            counts = dict.fromkeys(VISIT_COLUMNS, 0) | visits[row.code]
            if row.code in NEW_STAGES:
                counts["new"] = self.env[row.model].search_count(
                    self._tile_domain(row, "new", scope, today), limit=COUNT_LIMIT + 1
                )
            if row.records_field:
                for code in CONTACT_COLUMNS:
                    counts[f"contacted_{code}"] = contacts[row.code].get(code, 0)
            yield row, counts

    @api.model
    def _count_by_row(self, count, rows, scope, periods):
        """Ask `count` once for all rows of one key, once for the selling deals, once
        for every other row.

        :param count: method (row, scope, periods) → {value of the key: numbers}
        :return: dict row code → {period: number}
        """
        found = {}
        for field, alike in groupby(rows, key=lambda row: row.key and row.key[0]):
            if field is None:
                for row in alike:
                    found[row.code] = count(row, scope, periods).get(None, {})
                continue
            codes = {row.key[1]: row.code for row in alike}
            both = replace(alike[0], domain=Domain(field, "in", list(codes)))
            by_value = count(both, scope, periods)
            for value, code in codes.items():
                found[code] = dict(by_value.get(value, {}))
        customers = next(row for row in rows if row.is_customer)
        selling = count(
            replace(customers, domain=self._selling_deals()), scope, periods
        )
        for code, number in selling.get("deal", {}).items():
            opportunity = found["opportunity"]
            opportunity[code] = opportunity.get(code, 0) + number
        return found

    @api.model
    def _visits_by_key(self, row, scope, periods):
        periods = {code: periods[code] for code in VISIT_COLUMNS}
        latest = Period(None, max(period.end for period in periods.values()))
        model = self.env[row.model]
        query = model._search(
            self._visit_rows(row, scope) & self._within(row.visit_field, latest)
        )
        moment = model._field_to_sql(query.table, row.visit_field, query)
        return self._fetch_counts(row, query, moment, periods)

    @api.model
    def _contacts_by_key(self, row, scope, periods):
        """The latest contact of each tells for every period: all of them last until
        after now, and no contact lies in the future.
        """
        if not row.records_field:
            return {}
        periods = {code: periods[code] for code in CONTACT_COLUMNS}
        longest = Period(
            min(period.start for period in periods.values()),
            max(period.end for period in periods.values()),
        )
        model = self.env[row.model]
        if self._is_by_anybody(row, scope):
            query = model._search(
                self._contact_rows(row, scope)
                & self._within("last_contact_at", longest)
            )
            last = model._field_to_sql(query.table, "last_contact_at", query)
            return self._fetch_counts(row, query, last, periods)
        return self._fetch_latest(row, scope, periods, longest)

    @api.model
    def _fetch_latest(self, row, scope, periods, longest):
        """Count by the latest contact that the scope's people had."""
        model = self.env[row.model]
        records = self.env["crm.contact.record"]
        if row.is_customer and scope == "mine":
            # superuser: whoever sees a customer sees his own records of it, and only
            # customers that he sees are counted
            records = records.with_env(self.env[row.model]._privileged().env)
        link = model._fields[row.records_field].inverse_name
        latest = records._search(
            self._record_domain(scope)
            & self._within("date", longest)
            & Domain(link, "!=", False)
        )
        query = model._search(self._contact_rows(row, scope))
        if latest.is_empty() or query.is_empty():
            return {}
        latest.groupby = records._field_to_sql(latest.table, link, latest)
        date = records._field_to_sql(latest.table, "date", latest)
        query.add_join(
            "JOIN",
            "latest",
            SQL(
                "(%s)",
                latest.select(
                    SQL("%s AS id", latest.groupby),
                    SQL("MAX(%s) AS date", date),
                ),
            ),
            SQL("latest.id = %s", SQL.identifier(query.table, "id")),
        )
        return self._fetch_counts(row, query, SQL("latest.date"), periods)

    @api.model
    def _fetch_counts(self, row, query, moment, periods):
        """How many of a query's rows lie in each period, by stage for customers.

        :param moment: the SQL of the instant that is compared
        :return: dict value of the row's key, None without one → {period: number}
        """
        if query.is_empty():
            return {}
        key = SQL("NULL")
        if row.key:
            model = self.env[row.model]
            key = query.groupby = model._field_to_sql(query.table, row.key[0], query)
        numbers = [
            SQL("COUNT(*) FILTER (WHERE %s)", self._within_sql(moment, period))
            for period in periods.values()
        ]
        return {
            value: dict(zip(periods, row_numbers, strict=True))
            for value, *row_numbers in self.env.execute_query(
                query.select(key, *numbers)
            )
        }

    @api.model
    def _within_sql(self, moment, period):
        if period.start is None:
            return SQL("%s < %s", moment, period.end)
        return SQL("%s >= %s AND %s < %s", moment, period.start, moment, period.end)
