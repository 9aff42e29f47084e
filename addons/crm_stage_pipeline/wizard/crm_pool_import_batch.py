import hashlib
import logging

import psycopg2

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from ..text import name_key
from .crm_pool_import_candidate import read_candidate

_logger = logging.getLogger(__name__)

# Contacts come in without messages, followers and tracked values: the pool's log and
# the import itself say where they are from.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    # core's load() does the same: what is copied from a parent is given to each child
    "_partners_skip_fields_sync": True,
    # the rows of numbers are inserted together
    "crm_phone_number_aligning": True,
}
PARTNER_FIELDS = (
    "name",
    "email",
    "website",
    "street",
    "street2",
    "zip",
    "city",
    "comment",
    "profile",
    "ref",
    "vat",
    "mnemonic_code",
    "keyword",
)


class CrmPoolImport(models.Model):
    """One batch of rows: read, judge, create, note the result."""

    _inherit = "crm.pool.import"

    def _waiting_domain(self):
        return [("import_id", "=", self.id), ("state", "=", "waiting")]

    def _count_left(self):
        return self.env["crm.pool.import.row"].search_count(self._waiting_domain())

    def _run_batch(self, limit):
        if not self._take_batch():
            return 0
        rows = self.env["crm.pool.import.row"].search(
            self._waiting_domain(), limit=limit, order="row_number"
        )
        if rows:
            self._import_rows(rows)
            # a worker with an older view of the rows fails here and starts again
            self.position = rows[-1].row_number
        if len(rows) < limit:
            self.state = "done"
            self._write_rejects()
        return len(rows)

    def _import_rows(self, rows):
        columns = [
            (
                column.index,
                column.field_name,
                column.is_required and (column.header or column.field_name),
            )
            for column in self.column_ids
            if column.field_name
        ]
        regions = self._get_regions(rows, columns)
        candidates = [
            read_candidate(
                row.id,
                row.cells,
                columns,
                region,
                keep_invalid=self.invalid_numbers == "keep",
            )
            for row, region in zip(rows, regions, strict=True)
        ]
        self._reject_duplicates(candidates)
        good = [candidate for candidate in candidates if not candidate.reason]
        refused = (psycopg2.IntegrityError, UserError)
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self._create_customers(good)
        except refused:
            # one row is at fault, or another import was faster: find out which
            for candidate in good:
                try:
                    with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                        self._create_customers([candidate])
                except refused as error:
                    self._reject_refused(candidate, error)
        self._write_results(candidates)

    def _get_regions(self, rows, columns):
        """Country codes for the numbers: of the row's country, else the file's."""
        index = next((i for i, name, _required in columns if name == "country"), None)
        if index is None:
            return [self.country_id.code] * len(rows)
        cells = [row.cells[index] for row in rows]
        names = [" ".join(c.split()) if isinstance(c, str) else None for c in cells]
        countries = self._find_countries(set(names))
        return [countries.get(name, self.country_id).code for name in names]

    def _reject_refused(self, candidate, error):
        constraint = getattr(getattr(error, "diag", None), "constraint_name", "") or ""
        candidate.customer_id = None
        if constraint.startswith("crm_customer_key"):
            candidate.reject("duplicate_in_database")
        else:
            _logger.info("Import %s: a row was refused: %s", self.id, error)
            message = str(error) if isinstance(error, UserError) else ""
            candidate.reject("error", message[:200])

    def _reject_duplicates(self, candidates):
        """Against the rows above, in this file, and the company's customers."""
        keys = self.env["crm.customer.key"]
        good = [candidate for candidate in candidates if not candidate.reason]
        names = keys._find(self.company_id, "name", {c.key for c in good})
        phones = keys._find(
            self.company_id, "phone", {key for c in good for key in c.phone_keys}
        )
        mine = self._get_own_customer_ids(
            {ids[0] for found in (names, phones) for ids in found.values()}
        )
        policy = self.env["crm.pool.policy"]._policy_for(self.company_id)
        phones_count = (
            self.number_duplicates == "reject" or policy.phone_duplicates == "block"
        )
        names_count = not self.allow_same_name
        digests = self._find_digests(good) if self.allow_same_name else {}
        names_above, phones_above = set(), set()
        for candidate in good:
            self._reject_copy(candidate, digests)
            found = names.get(candidate.key, []) if names_count else []
            above = names_count and candidate.key in names_above
            if phones_count:
                for key in candidate.phone_keys:
                    found = found or phones.get(key, [])
                    above = above or key in phones_above
            if above or (found and found[0] in mine):
                candidate.reject("duplicate_in_file")
            elif found:
                candidate.reject("duplicate_in_database")
            candidate.same_name = not names_count and bool(
                candidate.key in names_above or names.get(candidate.key)
            )
            if not candidate.reason:
                digests[self._digest(candidate)] = self.id
                names_above.add(candidate.key)
                phones_above.update(candidate.phone_keys)

    def _reject_copy(self, candidate, digests):
        """Where equal names are allowed, a row of the same numbers too is a copy."""
        import_id = digests.get(self._digest(candidate))
        if import_id:
            in_file = import_id == self.id
            candidate.reject(
                "duplicate_in_file" if in_file else "duplicate_in_database"
            )

    def _digest(self, candidate):
        """The same for the same row in the same company only."""
        text = f"{self.company_id.id}:{candidate.digest}"
        return hashlib.sha256(text.encode()).hexdigest()

    def _find_digests(self, candidates):
        """Rows imported before whose customer is still there.

        :return: dict of digest to the id of its import

        """
        # the rows of other people's imports count too
        system = self.env["crm.pool.customer"]._privileged().env
        all_sudo = system["crm.pool.import.row"]
        rows_sudo = all_sudo.search(
            [
                ("digest", "in", [self._digest(c) for c in candidates]),
                ("customer_id.active", "=", True),
            ]
        )
        return {row.digest: row.import_id.id for row in rows_sudo}

    def _get_own_customer_ids(self, customer_ids):
        """Those of the customers that this file brought."""
        # only ids leave: customers given to others count as well
        customers_sudo = self.env["crm.pool.customer"]._privileged()
        return set(
            customers_sudo.search(
                [("id", "in", list(customer_ids)), ("import_id", "=", self.id)]
            ).ids
        )

    def _create_customers(self, candidates):
        """Contacts, numbers and pool rows of good rows, in few statements."""
        if not candidates:
            return
        # who may import may create what the file holds, and only that; a check of
        # every row against the rules would cost more than the row
        system = self.env["crm.pool.customer"]._privileged().env
        importer_sudo = self.with_env(system).with_context(**QUIET)
        partners_sudo = importer_sudo.env["res.partner"].create(
            importer_sudo._prepare_partner_vals(candidates)
        )
        importer_sudo._create_numbers(candidates, partners_sudo)
        importer_sudo._create_contacts(candidates, partners_sudo)
        owners = importer_sudo._get_owner_ids(len(candidates))
        customers_sudo = importer_sudo.env["crm.pool.customer"].create(
            importer_sudo._prepare_customer_vals(candidates, partners_sudo, owners)
        )
        customers_sudo.flush_recordset()
        for candidate, customer in zip(candidates, customers_sudo, strict=True):
            candidate.customer_id = customer.id

    def _get_owner_ids(self, count):
        """Who gets the customers; above the cap they are shared."""
        owner = {"me": self.user_id, "user": self.owner_id}.get(self.owner_mode)
        if not owner:
            return [False] * count
        room = self.env["crm.pool.customer"]._holding_room(owner, self.company_id)
        held = count if room is None else min(room, count)
        return [owner.id] * held + [False] * (count - held)

    def _prepare_partner_vals(self, candidates):
        industries = self._find_or_create(
            "res.partner.industry", [c.values.get("industry") for c in candidates]
        )
        tags = self._find_or_create(
            "res.partner.category",
            [tag for c in candidates for tag in _tags(c.values.get("category"))],
        )
        countries = self._find_countries({c.values.get("country") for c in candidates})
        vals_list = []
        for candidate in candidates:
            values = candidate.values
            country = countries.get(values.get("country")) or self.country_id
            vals = {name: values[name] for name in PARTNER_FIELDS if name in values}
            phone = next((text for k, text, _e in candidate.numbers if k == "phone"), 0)
            vals.update(
                is_company=self.is_company,
                phone=phone or False,
                country_id=country.id,
                state_id=self._find_state(values.get("state"), country),
                industry_id=industries.get(values.get("industry")),
                category_id=[
                    (6, 0, [tags[tag] for tag in _tags(values.get("category"))])
                ],
                user_id=False,
            )
            if not self.is_company and "function" in values:
                vals["function"] = values["function"]
            vals_list.append(vals)
        return vals_list

    def _create_numbers(self, candidates, partners):
        """The main number, which is core's field too, and the others."""
        self.env["crm.phone.number"]._insert(
            [
                (partner, kind, text)
                for candidate, partner in zip(candidates, partners, strict=True)
                for kind, text, _e164 in _one_main(candidate.numbers)
            ]
        )

    def _find_or_create(self, model, names):
        """Records by name; what is missing is made.

        :return: dict of name to id
        """
        names = list(dict.fromkeys(name for name in names if name))
        if not names:
            return {}
        found = self.env[model].search([("name", "in", names)], order="id desc")
        ids = {record.name: record.id for record in found}
        missing = [name for name in names if name not in ids]
        created = self.env[model].create([{"name": name} for name in missing])
        return {**ids, **dict(zip(missing, created.ids, strict=True))}

    def _find_countries(self, names):
        """Countries by name, in the importer's language or English, or by code."""
        wanted = {name_key(name): name for name in names if name}
        if not wanted:
            return {}
        countries = self.env["res.country"].search([("code", "!=", False)])
        result = {}
        for lang in ("en_US", self.env.lang or "en_US"):
            for country in countries.with_context(lang=lang):
                for text in (country.name, country.code):
                    if (key := name_key(text)) in wanted:
                        result[wanted[key]] = country
        return result

    def _find_state(self, name, country):
        if not name:
            return False
        return (
            self.env["res.country.state"]
            .search(
                [("country_id", "=", country.id), ("name", "=ilike", name)], limit=1
            )
            .id
        )

    def _write_results(self, candidates):
        """By one statement: every row has its own result."""
        rows = self.env["crm.pool.import.row"]
        rows.flush_model()
        self.env.cr.execute_values(
            "UPDATE crm_pool_import_row r SET state = v.state, reason = v.reason,"
            " message = v.message, name = v.name, same_name = v.same_name,"
            " digest = v.digest, customer_id = v.customer_id::integer"
            " FROM (VALUES %s) v"
            " (id, state, reason, message, name, same_name, digest, customer_id)"
            " WHERE r.id = v.id",
            [
                (
                    candidate.row_id,
                    "rejected" if candidate.reason else "done",
                    candidate.reason or None,
                    candidate.message or None,
                    candidate.name[:200] or None,
                    candidate.same_name and not candidate.reason,
                    None if candidate.reason else self._digest(candidate),
                    candidate.customer_id,
                )
                for candidate in candidates
            ],
            page_size=1000,
        )
        rows.invalidate_model()
        self.invalidate_recordset()


def _tags(text):
    """Several tags in one cell, as people separate them."""
    for sign in "；;、，/|":
        text = (text or "").replace(sign, ",")
    return list(dict.fromkeys(tag.strip() for tag in text.split(",") if tag.strip()))


def _one_main(numbers):
    """The first of kind phone is core's field; there is no second of that kind."""
    has_main = False
    for kind, text, e164 in numbers:
        yield ("other" if kind == "phone" and has_main else kind), text, e164
        has_main = has_main or kind == "phone"
