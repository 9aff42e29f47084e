from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..numbering.masking import is_masked
from .number_field import READ_SENTINEL, NumberField


class CrmContactNumberMixin(models.AbstractModel):
    """A record with telephone numbers of a customer (P32, C1).

    - In a pool that masks numbers, who is neither owner nor collaborator of the
      customer nor salesperson of an open document of it reads its numbers masked;
      managers of the pool, and people outside of sales, read them.
    - Who reads a mask neither changes the number nor moves it to another customer.
    - A masked text is never stored.
    """

    _name = "crm.contact.number.mixin"
    _description = "Numbers of a Customer"

    # the ways to the partner whose number it is, at most two fields long; the first
    # that leads to one counts
    _number_partner_paths = ("partner_id",)
    # a field in E.164 by which the partner is found where those are empty
    _number_key_field = None

    is_number_masked = fields.Boolean(
        string="Number Hidden",
        compute="_compute_is_number_masked",
        compute_sudo=True,
        help="The customer is in a pool that masks numbers, and not yours.",
    )

    @api.depends(lambda self: self._number_masked_triggers())
    @api.depends_context("uid")
    def _compute_is_number_masked(self):
        masked_keys = self._masked_keys()
        for record in self:
            if partner := record._number_partner():
                record.is_number_masked = partner.is_number_masked
            else:
                key = self._number_key_field
                record.is_number_masked = bool(key) and record[key] in masked_keys

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [self._without_masks(vals) for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and self.env.user._crm_pool_masking_ids():
            vals = self._without_masks(vals)
            names = self._number_guarded_fields().intersection(vals)
            if names and any(self.mapped("is_number_masked")):
                raise self._number_refusal()
        return super().write(vals)

    def copy_data(self, default=None):
        """Copies of masked numbers are left out."""
        return [self._without_masks(vals) for vals in super().copy_data(default)]

    def _fetch_query(self, query, fields):
        """The cache holds the numbers as they are: what comes out of it is masked."""
        if self.env.su or not self.env.user._crm_pool_masking_ids():
            return super()._fetch_query(query, fields)
        raw = self.with_context(crm_number_sentinel=READ_SENTINEL)
        fetched = super(CrmContactNumberMixin, raw)._fetch_query(query, fields)
        return fetched.with_env(self.env)

    def _number_partner(self):
        """The partner whose number the record has, if any."""
        found = (self.mapped(path) for path in self._number_partner_paths)
        return next(filter(None, found), self.env["res.partner"])

    def _number_masked_triggers(self):
        """What is_number_masked depends on."""
        names = [f"{path}.is_number_masked" for path in self._number_partner_paths]
        return [*names, self._number_key_field] if self._number_key_field else names

    def _masked_keys(self):
        """Keys of self that are numbers of masked customers.

        Superuser: the number is compared, not shown.
        """
        name = self._number_key_field
        if not name or not self.env.user._crm_pool_masking_ids():
            return set()
        system = self.env["crm.pool.customer"]._privileged().env
        keys = [key for key in self.with_env(system).mapped(name) if key]
        rows_sudo = system["crm.phone.number"].search([("e164", "in", keys)])
        return set(rows_sudo.filtered("is_number_masked").mapped("e164"))

    @api.model
    def _number_masked_sql(self, alias):
        """The condition of is_number_masked on the records of table `alias`."""
        partner_id = self._number_partner_id_sql(alias)
        masked = self._number_partner_sql(partner_id)
        if not self._number_key_field:
            return masked
        return SQL(
            "(%s OR (%s IS NULL AND EXISTS (SELECT 1 FROM crm_phone_number AS"
            " keyed_number WHERE keyed_number.e164 = %s AND %s)))",
            masked,
            partner_id,
            SQL.identifier(alias, self._number_key_field),
            self.env["crm.phone.number"]._number_masked_sql("keyed_number"),
        )

    @api.model
    def _number_partner_id_sql(self, alias):
        """The id of _number_partner, of the records of table `alias`."""
        partner_ids = []
        for path in self._number_partner_paths:
            link, _dot, name = path.rpartition(".")
            if not link:
                partner_ids.append(SQL.identifier(alias, name))
                continue
            target = self.env[self._fields[link].comodel_name]
            partner_ids.append(
                SQL(
                    "(SELECT %s FROM %s AS number_link WHERE number_link.id = %s)",
                    SQL.identifier("number_link", name),
                    SQL.identifier(target._table),
                    SQL.identifier(alias, link),
                )
            )
        return SQL("COALESCE(%s)", SQL(", ").join(partner_ids))

    @api.model
    def _number_partner_sql(self, partner_id):
        """The same for the partner whose id the SQL expression gives."""
        return SQL(
            "EXISTS (SELECT 1 FROM res_partner AS number_partner"
            " WHERE number_partner.id = %s AND %s)",
            partner_id,
            self.env["res.partner"]._number_masked_sql("number_partner"),
        )

    @api.model
    def _number_fields(self):
        """Names of the fields that hold numbers."""
        return {
            name
            for name, field in self._fields.items()
            if isinstance(field, NumberField)
        }

    @api.model
    def _number_guarded_fields(self):
        """What nobody writes who reads the numbers masked."""
        own = {path for path in self._number_partner_paths if "." not in path}
        return self._number_fields() | own

    @api.model
    def _without_masks(self, vals):
        """vals without texts that are masks: a client sends back what it has read."""
        masks = {
            name
            for name in self._number_fields().intersection(vals)
            if isinstance(vals[name], str) and is_masked(vals[name])
        }
        return {name: value for name, value in vals.items() if name not in masks}

    @api.model
    def _number_refusal(self):
        return AccessError(
            self.env._(
                "The numbers of this customer are hidden until you claim it: they "
                "cannot be changed."
            )
        )
