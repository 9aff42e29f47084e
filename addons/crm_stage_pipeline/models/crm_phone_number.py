from odoo import api, fields, models

from ..numbering import NumberError, digits, read_cell
from .number_field import NumberField

# The kind that stands for core's field `phone` of partners and leads.
CORE_KIND = "phone"


class CrmPhoneNumber(models.Model):
    """A telephone number of a contact or a lead.

    - `number` stays as it was typed; E.164, country and type are derived from it.
    - One row of kind "phone" is core's field `phone` of the contact or lead: whoever
      changes one changes the other, by `_align`.
    - All other kinds exist only as rows; some show as fields of the contact.
    - A number is visible with its contact or lead.
    """

    _name = "crm.phone.number"
    _inherit = "crm.contact.number.mixin"
    _description = "Phone Number"
    _order = "sequence, id"
    _rec_name = "number"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        index="btree_not_null",
        ondelete="cascade",
        bypass_search_access=True,
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        index="btree_not_null",
        ondelete="cascade",
        bypass_search_access=True,
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        selection=[
            ("phone", "Phone"),
            ("mobile", "Mobile"),
            ("fax", "Fax"),
            ("home", "Home"),
            ("finance", "Finance"),
            ("other", "Other"),
        ],
        required=True,
        default="mobile",
    )
    number = NumberField(required=True, help="As it was typed.")
    e164 = NumberField(
        string="International Number",
        compute="_compute_e164",
        store=True,
        precompute=True,
        index="btree_not_null",
        help="Empty for a text that is no valid number.",
    )
    digits_rev = NumberField(
        string="Reversed Digits",
        compute="_compute_e164",
        store=True,
        precompute=True,
        is_wholly_hidden=True,
    )
    region = fields.Char(
        string="Country Code",
        compute="_compute_e164",
        store=True,
        precompute=True,
        help="ISO code of the country that the number belongs to.",
    )
    line_type = fields.Selection(
        selection=[
            ("mobile", "Mobile"),
            ("fixed", "Fixed"),
            ("fixed_or_mobile", "Fixed or Mobile"),
            ("toll_free", "Toll Free"),
            ("shared_cost", "Shared Cost"),
            ("premium", "Premium Rate"),
            ("voip", "Internet"),
            ("other", "Other"),
        ],
        compute="_compute_e164",
        store=True,
        precompute=True,
    )
    extension = fields.Char(compute="_compute_e164", store=True, precompute=True)
    bad_count = fields.Integer(
        string="Failures",
        default=0,
        readonly=True,
        copy=False,
        help="How often the number was found void or wrong.",
    )
    note = fields.Char()

    _one_owner = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "A number belongs to one contact or to one lead.",
    )
    _digits_rev_idx = models.Index("(digits_rev varchar_pattern_ops)")

    @api.depends("number", "partner_id.country_id", "lead_id.country_id")
    def _compute_e164(self):
        for row in self:
            country = row.partner_id.country_id or row.lead_id.country_id
            row.update(row._prepare_number_vals(row.number, country))

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._check_owners()
        rows._align_owners()
        self.env["crm.customer.key"]._sync_partners(rows.partner_id)
        return rows

    def write(self, vals):
        tracked = {"number", "kind", "partner_id", "lead_id"} & set(vals)
        owners = self._core_owners() if tracked else []
        partners = self.partner_id
        self._check_owners()
        result = super().write(vals)
        if tracked:
            self._check_owners()
            self._align_owners(owners)
            self.env["crm.customer.key"]._sync_partners(partners | self.partner_id)
        return result

    def unlink(self):
        owners = self._core_owners()
        partners = self.partner_id
        self._check_owners()
        result = super().unlink()
        self._align_owners(owners)
        self.env["crm.customer.key"]._sync_partners(partners.exists())
        return result

    @api.model
    def _prepare_number_vals(self, raw, country):
        """What is derived from a typed text: E.164 of the first valid number in it."""
        country = country or self.env.company.country_id
        found = read_cell(raw, country.code)
        number = next((n for n in found if not isinstance(n, NumberError)), None)
        if number is None:
            plain = digits(raw)
            return {
                "e164": False,
                "digits_rev": plain[::-1] or False,
                "region": False,
                "line_type": False,
                "extension": False,
            }
        return {
            "e164": number.e164,
            "digits_rev": number.reversed,
            "region": number.region or False,
            "line_type": number.kind,
            "extension": number.extension or False,
        }

    def _check_owners(self):
        """Who changes a number must be allowed to change its contact or lead."""
        if not self.env.su:
            self.partner_id.check_access("write")
            self.lead_id.check_access("write")

    def _core_owners(self):
        """Contacts and leads whose core field these rows stand for."""
        core = self.filtered(lambda row: row.kind == CORE_KIND)
        return [core.partner_id, core.lead_id]

    def _align_owners(self, further=()):
        if self.env.context.get("crm_phone_number_aligning"):
            return
        for owners in [*self.exists()._core_owners(), *further]:
            self._align(owners.exists(), rows_win=True)

    @api.model
    def _align(self, owners, rows_win=False):
        """Make core's field `phone` of contacts or leads and their row the same.

        :param owners: res.partner or crm.lead
        :param rows_win: whether the row's text goes to the field, or the field's
            to the row
        """
        if not owners:
            return
        owner_field = "lead_id" if owners._name == "crm.lead" else "partner_id"
        # the owner was checked by whoever wrote it; the row is a part of it
        system = self.env["crm.pool.customer"]._privileged().env
        rows_sudo = self.with_env(system).with_context(crm_phone_number_aligning=True)
        by_owner = rows_sudo.search(
            [(owner_field, "in", owners.ids), ("kind", "=", CORE_KIND)]
        ).grouped(lambda row: row[owner_field].id)
        missing = []
        superfluous = rows_sudo.browse()
        # who writes may read the number masked
        for owner in owners.with_env(system):
            rows = by_owner.get(owner.id, rows_sudo.browse())
            if rows_win:
                value = rows[:1].number or False
                if (owner.phone or False) != value:
                    owner.with_context(crm_phone_number_aligning=True).phone = value
            elif not owner.phone:
                superfluous |= rows
            elif not rows:
                missing.append(
                    {owner_field: owner.id, "kind": CORE_KIND, "number": owner.phone}
                )
            elif rows[:1].number != owner.phone:
                rows[:1].number = owner.phone
            # after a merge there may be two: the second is a number like others
            rows[1:].kind = "other"
        superfluous.unlink()
        rows_sudo.create(missing)

    @api.model
    def _backfill(self, limit=5000):
        """Rows for contacts and leads that have a number but no row yet.

        :return: whether more are left
        """
        # every contact of every company, seen by nobody through this
        system = self.env["crm.pool.customer"]._privileged().env
        more = False
        for model in ("res.partner", "crm.lead"):
            owners_sudo = (
                system[model]
                .with_context(active_test=False)
                .search(
                    [
                        ("phone", "!=", False),
                        ("phone", "!=", ""),
                        ("phone_number_ids", "not any", [("kind", "=", CORE_KIND)]),
                    ],
                    limit=limit,
                    order="id",
                )
            )
            self._align(owners_sudo)
            more = more or len(owners_sudo) == limit
        return more

    @api.model
    def _cron_backfill(self):
        """The same in batches, after installation on a large database and after
        imports that went round the ORM."""
        while self._backfill(limit=1000):
            if not self.env["ir.cron"]._commit_progress(1000, remaining=1000):
                break

    @api.model
    def _insert(self, numbers):
        """Numbers of contacts that are as new as they, in one statement: an import
        has thousands. Who calls it may create the contacts, whose keys, changes and
        field `phone` he sees to himself.

        :param numbers: list of (res.partner, kind, text)
        """
        self.env["res.partner"].flush_model(["id"])
        derived = ("e164", "digits_rev", "region", "line_type", "extension")
        rows = []
        for partner, kind, text in numbers:
            vals = self._prepare_number_vals(text, partner.country_id)
            rows.append(
                (partner.id, kind, text, *(vals[name] or None for name in derived))
            )
        if rows:
            self.env.cr.execute_values(
                "INSERT INTO crm_phone_number (partner_id, kind, number, e164,"
                " digits_rev, region, line_type, extension, sequence, bad_count,"
                " create_uid, create_date, write_uid, write_date) VALUES %s",
                [(*row, self.env.uid, self.env.uid) for row in rows],
                template="(%s, %s, %s, %s, %s, %s, %s, %s, 10, 0, %s, now(), %s,"
                " now())",
                page_size=1000,
            )
            self.invalidate_model()
            partners = self.env["res.partner"]
            partners.invalidate_model(["phone_number_ids"], flush=False)
