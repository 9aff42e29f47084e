from odoo import models

# Values of the contact person: those of the customer himself when he is a person.
PERSON_FIELDS = ("gender", "birthday", "hobbies", "qq", "messenger")
# Fields of the row that are values of crm.customer.class: kind and field.
CLASS_FIELDS = {
    "grade": ("grade", "grade_id"),
    "type": ("type", "type_id"),
    "status": ("status", "status_id"),
    "credit_rating": ("rating", "credit_rating_id"),
}


class CrmPoolImport(models.Model):
    """All fields of G17 from a file.

    - Grades, types, statuses and ratings that the company does not have are made.
    - A department, a parent company or an owner that is not there refuses the row: it
      can be loaded again when it is.
    - The contact person becomes the customer's main contact; a superior becomes a
      contact person too.
    """

    _inherit = "crm.pool.import"

    def _reject_duplicates(self, candidates):
        self._reject_unknown(candidates, "team", self._find_teams(candidates))
        self._reject_unknown(candidates, "parent", self._find_parents(candidates))
        self._reject_unknown(candidates, "owner", self._find_owners(candidates))
        return super()._reject_duplicates(candidates)

    def _reject_unknown(self, candidates, name, known):
        for candidate in candidates:
            text = candidate.values.get(name)
            if text and text not in known:
                candidate.reject("invalid_value", text[:200])

    def _reject_refused(self, candidate, error):
        constraint = getattr(getattr(error, "diag", None), "constraint_name", "") or ""
        if constraint == "crm_pool_customer_number_uniq":
            candidate.customer_id = None
            number = candidate.values.get("customer_number", "")
            candidate.reject("duplicate_in_database", number)
            return
        super()._reject_refused(candidate, error)

    def _find_teams(self, candidates):
        names = {c.values["team"] for c in candidates if c.values.get("team")}
        teams = (
            self.env["crm.team"].search(
                [
                    ("name", "in", list(names)),
                    ("company_id", "in", [self.company_id.id, False]),
                ]
            )
        ).sorted(lambda team: bool(team.company_id))
        return {team.name: team.id for team in teams}

    def _find_parents(self, candidates):
        """Companies by name that the importer sees."""
        names = {c.values["parent"] for c in candidates if c.values.get("parent")}
        if not names:
            return {}
        parents = self.env["res.partner"].search(
            [("name", "in", list(names)), ("is_company", "=", True)], order="id desc"
        )
        return {partner.name: partner.id for partner in parents}

    def _find_owners(self, candidates):
        """Colleagues by name or login to whom the importer may give customers.

        Superuser: which groups and companies a colleague has is not readable by
        everybody.
        """
        names = {c.values["owner"] for c in candidates if c.values.get("owner")}
        if not names:
            return {}
        system = self.env["crm.pool.customer"]._privileged().env
        row_sudo = system["crm.pool.customer"].new({"company_id": self.company_id.id})
        users_sudo = system["res.users"].search(
            ["|", ("name", "in", list(names)), ("login", "in", list(names))],
            order="id desc",
        )
        importer = self.user_id.with_env(system)
        if not importer.has_group(
            "crm_stage_pipeline.crm_stage_pipeline_group_manager"
        ):
            led_ids = importer._crm_pool_led_user_ids(self.company_id.ids)
            users_sudo = users_sudo.filtered(
                lambda user: user == importer or user.id in led_ids
            )
        found = {}
        for user_sudo in users_sudo.filtered(row_sudo._can_own):
            found.update({user_sudo.name: user_sudo, user_sudo.login: user_sudo})
        return found

    def _own_owner_ids(self, candidates, owner_ids):
        """The owners that rows name, up to their caps, in place of the file's.

        :param owner_ids: of the file, a false value for shared
        """
        owners = self._find_owners(candidates)
        rooms = {}
        result = []
        for candidate, owner_id in zip(candidates, owner_ids, strict=True):
            user = owners.get(candidate.values.get("owner"))
            if user:
                if user not in rooms:
                    customers = self.env["crm.pool.customer"]
                    rooms[user] = customers._holding_room(user, self.company_id)
                is_free = rooms[user] is None or rooms[user] > 0
                owner_id = user.id if is_free else False
                if rooms[user]:
                    rooms[user] -= 1
            result.append(owner_id)
        return result

    def _prepare_partner_vals(self, candidates):
        # with the importer's own eyes, as when the rows were judged
        parents = self.sudo(False)._find_parents(candidates)
        vals_list = super()._prepare_partner_vals(candidates)
        for candidate, vals in zip(candidates, vals_list, strict=True):
            values = candidate.values
            if values.get("parent") and self.is_company:
                vals["parent_id"] = parents.get(values["parent"])
            if not self.is_company:
                vals.update({n: values[n] for n in PERSON_FIELDS if n in values})
                vals["department"] = values.get("contact_department")
            elif "contact_name" not in values:
                vals.update({n: values[n] for n in ("qq", "messenger") if n in values})
        return vals_list

    def _prepare_customer_vals(self, candidates, partners, owner_ids):
        """Values of the rows: what the company says about its new customers."""
        owner_ids = self._own_owner_ids(candidates, owner_ids)
        sources = self._find_sources([c.values.get("source") for c in candidates])
        teams = self._find_teams(candidates)
        classes = self._find_classes(candidates)
        vals_list = []
        for candidate, partner, owner_id in zip(
            candidates, partners, owner_ids, strict=True
        ):
            values = candidate.values
            vals = {
                "partner_id": partner.id,
                "company_id": self.company_id.id,
                "stage_id": self.stage_id.id,
                "owner_id": owner_id,
                "source_id": sources.get(values.get("source")),
                "same_name_allowed": candidate.same_name,
                "import_id": self.id,
                "team_id": teams.get(values.get("team")),
            }
            for name, (kind, field_name) in CLASS_FIELDS.items():
                vals[field_name] = classes.get((kind, values.get(name)))
            for name in ("customer_number", "registered_on", "credit_limit"):
                if name in values:
                    vals[name] = values[name]
            vals_list.append(vals)
        return vals_list

    def _find_sources(self, names):
        """Sources by name; one of another company is offered to all from now on."""
        sources = self._find_or_create("utm.source", names)
        foreign = (
            self.env["utm.source"]
            .browse(sources.values())
            .filtered(lambda s: s.company_id and s.company_id != self.company_id)
        )
        foreign.company_id = False
        return sources

    def _find_classes(self, candidates):
        """Values of the company by kind and name; what is missing is made for it."""
        wanted = {
            (kind, candidate.values[name])
            for candidate in candidates
            for name, (kind, _field) in CLASS_FIELDS.items()
            if candidate.values.get(name)
        }
        if not wanted:
            return {}
        offered = [("company_id", "in", [self.company_id.id, False])]
        # the company's own last, so that they stand before the common ones
        records = (
            self.env["crm.customer.class"]
            .search(offered)
            .sorted(lambda record: bool(record.company_id))
        )
        known = {}
        for lang in ("en_US", self.env.lang or "en_US"):
            for record in records.with_context(lang=lang):
                known[record.kind, record.name] = record.id
        missing = sorted(wanted - set(known))
        created = self.env["crm.customer.class"].create(
            [
                {"kind": kind, "name": name, "company_id": self.company_id.id}
                for kind, name in missing
            ]
        )
        return {**known, **dict(zip(missing, created.ids, strict=True))}

    def _create_contacts(self, candidates, partners):
        """The contact persons of companies, with what core copies to them."""
        if not self.is_company:
            return
        pairs = [
            (candidate, partner)
            for candidate, partner in zip(candidates, partners, strict=True)
            if "contact_name" in candidate.values
        ]
        persons = self.env["res.partner"].create(
            [self._prepare_contact_vals(*pair) for pair in pairs]
        )
        for (candidate, partner), person in zip(pairs, persons, strict=True):
            partner.primary_contact_id = person
            if candidate.values.get("superior"):
                person.superior_id = self._create_superior(candidate, partner)

    def _prepare_contact_vals(self, candidate, partner):
        values = candidate.values
        return {
            **partner._get_commercial_values(),
            **partner._get_address_values(),
            "name": values["contact_name"],
            "function": values.get("function"),
            "department": values.get("contact_department"),
            "parent_id": partner.id,
            "type": "contact",
            "user_id": False,
            **{name: values[name] for name in PERSON_FIELDS if name in values},
        }

    def _create_superior(self, candidate, partner):
        return self.env["res.partner"].create(
            {
                **partner._get_commercial_values(),
                **partner._get_address_values(),
                "name": candidate.values["superior"],
                "parent_id": partner.id,
                "type": "contact",
                "user_id": False,
            }
        )
