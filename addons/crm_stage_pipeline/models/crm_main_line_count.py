from dataclasses import replace

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, groupby

from ..pool.workday import Period
from .crm_main_line import CONTACT_COLUMNS, NEW_STAGES, VISIT_COLUMNS

# The reserve may hold a million: as in any list, nobody counts further.
COUNT_LIMIT = 10_000
# among the stages of customers: the deals with a running opportunity
SELLING = "selling"


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
        contacted = self._contacted_rows(rows, scope, periods)
        contacts = self._count_by_row(self._contacts_by_key, contacted, scope, periods)
        for row in rows:
            counts = dict.fromkeys(VISIT_COLUMNS, 0) | visits[row.code]
            new = counts.pop("new", None)
            if row.code in NEW_STAGES:
                counts["new"] = self._count_new(row, scope, today, new)
            if row.records_field:
                for code in CONTACT_COLUMNS:
                    number = contacts.get(row.code, {}).get(code, 0)
                    counts[f"contacted_{code}"] = number
            yield row, counts

    @api.model
    def _count_new(self, row, scope, today, counted):
        """:param counted: the number, where it was counted with the visits"""
        if scope == "mine" and row.is_customer:
            return min(counted or 0, COUNT_LIMIT + 1)
        domain = self._tile_domain(row, "new", scope, today)
        return self.env[row.model].search_count(domain, limit=COUNT_LIMIT + 1)

    @api.model
    def _count_by_row(self, count, rows, scope, periods):
        """Ask `count` once for all rows of one key, once for the selling deals where
        it has not told them with these, once for every other row.

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
            if not alike[0].is_customer:
                continue
            if SELLING in by_value:
                selling = by_value[SELLING]
            else:
                deals = replace(alike[0], domain=self._selling_deals())
                selling = count(deals, scope, periods).get("deal", {})
            for code, number in selling.items():
                opportunity = found["opportunity"]
                opportunity[code] = opportunity.get(code, 0) + number
        return found

    @api.model
    def _visits_by_key(self, row, scope, periods):
        periods = {code: periods[code] for code in VISIT_COLUMNS}
        latest = Period(None, max(period.end for period in periods.values()))
        model = self.env[row.model]
        due = self._within(row.visit_field, latest)
        is_mine = row.is_customer and scope == "mine"
        if is_mine:
            due |= self._new_domain()
        query = model._search(self._visit_rows(row, scope) & due)
        if query.is_empty():
            return {}
        moment = model._field_to_sql(query.table, row.visit_field, query)
        numbers = self._numbers_sql(moment, periods)
        if is_mine:
            # one's own are so few that all of them are counted at once
            numbers["new"] = self._domain_sql(model, self._new_domain(), query)
        return self._fetch_counts(row, query, numbers, is_mine)

    @api.model
    def _domain_sql(self, model, domain, query):
        return domain.optimize_full(model)._to_sql(model, query.table, query)

    @api.model
    def _longest(self, periods):
        """From the first beginning of the contacts' periods to their last end."""
        chosen = [periods[code] for code in CONTACT_COLUMNS]
        return Period(
            min(period.start for period in chosen), max(period.end for period in chosen)
        )

    @api.model
    def _contacted_rows(self, rows, scope, periods):
        """The rows of which contacts have to be counted; of one's own documents only
        those of a kind that any contact of one's own names.
        """
        rows = [row for row in rows if row.records_field]
        documents = [row for row in rows if not row.is_customer]
        if scope != "mine" or not documents:
            return rows
        # superuser: whether one has any, before the rules on each are asked
        records_sudo = self._records_sudo()
        query = records_sudo._search(
            self._record_domain(scope) & self._within("date", self._longest(periods))
        )
        if query.is_empty():
            return [row for row in rows if row.is_customer]
        named = [
            SQL("BOOL_OR(%s IS NOT NULL)", self._link_sql(records_sudo, row, query))
            for row in documents
        ]
        [found] = self.env.execute_query(query.select(*named))
        idle = [row for row, any_ in zip(documents, found, strict=True) if not any_]
        return [row for row in rows if row not in idle]

    @api.model
    def _records_sudo(self):
        return self.env["crm.contact.record"].with_env(
            self.env["crm.pool.customer"]._privileged().env
        )

    @api.model
    def _link_sql(self, records, row, query):
        """The column of a contact record that leads to what stands in the row."""
        name = self.env[row.model]._fields[row.records_field].inverse_name
        return records._field_to_sql(query.table, name, query)

    @api.model
    def _contacts_by_key(self, row, scope, periods):
        """The latest contact of each tells for every period: all of them last until
        after now, and no contact lies in the future.
        """
        if not row.records_field:
            return {}
        longest = self._longest(periods)
        periods = {code: periods[code] for code in CONTACT_COLUMNS}
        model = self.env[row.model]
        if self._is_by_anybody(row, scope):
            query = model._search(
                self._contact_rows(row, scope)
                & self._within("last_contact_at", longest)
            )
            if query.is_empty():
                return {}
            last = model._field_to_sql(query.table, "last_contact_at", query)
            return self._fetch_counts(row, query, self._numbers_sql(last, periods))
        return self._fetch_latest(row, scope, periods, longest)

    @api.model
    def _fetch_latest(self, row, scope, periods, longest):
        """Count by the latest contact that the scope's people had."""
        model = self.env[row.model]
        records = self.env["crm.contact.record"]
        is_mine = row.is_customer and scope == "mine"
        if is_mine:
            # superuser: whoever sees a customer sees his own records of it, and only
            # customers that he sees are counted
            records = self._records_sudo()
        link = model._fields[row.records_field].inverse_name
        latest = records._search(
            self._record_domain(scope)
            & self._within("date", longest)
            & Domain(link, "!=", False)
        )
        query = model._search(self._contact_rows(row, scope))
        if latest.is_empty() or query.is_empty():
            return {}
        latest.groupby = self._link_sql(records, row, latest)
        date = records._field_to_sql(latest.table, "date", latest)
        table = latest.select(
            SQL("%s AS id", latest.groupby), SQL("MAX(%s) AS date", date)
        )
        if is_mine:
            table = self._fetch_table(table)
        query.add_join(
            "JOIN",
            "latest",
            SQL("(%s)", table),
            SQL("latest.id = %s", SQL.identifier(query.table, "id")),
        )
        numbers = self._numbers_sql(SQL("latest.date"), periods)
        return self._fetch_counts(row, query, numbers, row.is_customer)

    @api.model
    def _fetch_table(self, query):
        """What a query of pairs (id, date) finds, as a table of that many rows: of one
        person they are few, which PostgreSQL does not expect of the query itself.
        """
        found = self.env.execute_query(query)
        return SQL(
            "SELECT * FROM unnest(%s::int[], %s::timestamp[]) AS found (id, date)",
            [each for each, _date in found],
            [date for _each, date in found],
        )

    @api.model
    def _fetch_counts(self, row, query, numbers, with_selling=False):
        """How many of a query's rows meet each condition, by stage for customers.

        :param numbers: dict code → SQL condition
        :param with_selling: deals with a running opportunity are told once more,
            under SELLING
        :return: dict value of the row's key, None without one → {code: number}
        """
        key, is_selling = SQL("NULL"), SQL("FALSE")
        if row.key:
            model = self.env[row.model]
            key = model._field_to_sql(query.table, row.key[0], query)
            if with_selling:
                selling = self._domain_sql(model, self._selling_deals(), query)
                is_selling = SQL("CASE WHEN %s = 'deal' THEN %s END", key, selling)
            query.groupby = SQL("1, 2")
        found = {SELLING: {}} if with_selling else {}
        counts = [SQL("COUNT(*) FILTER (WHERE %s)", each) for each in numbers.values()]
        for value, selling, *row_counts in self.env.execute_query(
            query.select(key, is_selling, *counts)
        ):
            for group in (value, SELLING) if selling else (value,):
                into = found.setdefault(group, dict.fromkeys(numbers, 0))
                for code, number in zip(numbers, row_counts, strict=True):
                    into[code] = into.get(code, 0) + number
        return found

    @api.model
    def _numbers_sql(self, moment, periods):
        """The conditions of the columns.

        :param moment: the SQL of the instant that is compared
        """
        return {
            code: self._within_sql(moment, period) for code, period in periods.items()
        }

    @api.model
    def _within_sql(self, moment, period):
        if period.start is None:
            return SQL("%s < %s", moment, period.end)
        return SQL("%s >= %s AND %s < %s", moment, period.start, moment, period.end)
