from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import LazyTranslate

from .crm_pool_customer_field import FACTS
from .res_partner_number import KIND_BY_FIELD

_lt = LazyTranslate(__name__)

# Contact persons are always the owner's to edit, and these are how they are written.
CONTACT_FIELDS = {
    "child_ids",
    "primary_contact_id",
    "primary_of_ids",
    "contact_name",
    "contact_function",
}
# What says nothing about the customer, or has guards of its own.
FREE_FIELDS = {"active", "pool_next_visit_date"}
FREE_PREFIXES = ("message_", "activity_", "my_activity_")
REASONS = {
    "shared": _lt(
        "This customer is shared: claim it to change its data. Contact records can be "
        "added as it is."
    ),
    "reserve": _lt(
        "This customer is in the reserve: screen it to change its data. Contact "
        "records can be added as it is."
    ),
    "stage": _lt(
        "In stage %(stage)s only these fields can be changed, besides contact "
        "persons: %(fields)s."
    ),
    "none": _lt(
        "In stage %(stage)s the customer's data are not changed any more, except for "
        "contact persons."
    ),
}


class ResPartner(models.Model):
    """What an agent may change of a customer (P16, P17, C4).

    - A shared customer is read-only, its contact persons too, for who has not the
      right to edit shared customers; new contact persons and records can be added.
    - Where the company's policy says so, the owner of a private one changes the
      fields that its stage names. Contact persons and facts of the pool are free.
    - The same in forms, calls and imports; managers and the system are exempt, and
      so are people without a role in the pool.
    """

    _inherit = "res.partner"

    pool_open_fields = fields.Char(
        compute="_compute_pool_open_fields",
        compute_sudo=False,
        help="Empty: everything. Else the fields that the user may change, between "
        "commas.",
    )
    pool_lock_reason = fields.Char(
        compute="_compute_pool_open_fields", compute_sudo=False
    )

    @api.depends(
        "commercial_partner_id.crm_pool_customer_ids.access",
        "commercial_partner_id.crm_pool_customer_ids.stage_id",
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_pool_open_fields(self):
        locks = self._origin._pool_locks()
        for partner in self:
            lock = locks.get(partner._origin.id)
            open_names, reason = lock or (False, False)
            partner.pool_open_fields = lock and f",{','.join(sorted(open_names))},"
            partner.pool_lock_reason = reason

    def write(self, vals):
        self._check_pool_locks(vals)
        return super().write(vals)

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            self._lock_form(arch)
        return arch, view

    @api.model
    def _lock_form(self, arch):
        """Make the fields of a form read-only where writing would be refused.

        The form of a contact person inside it is locked in the same way.
        """
        forms = [arch, *arch.xpath("//field[@name='child_ids']/form")]
        for form in forms:
            depth = len(form.xpath("ancestor::field"))
            for node in form.xpath(".//field[@name]"):
                if len(node.xpath("ancestor::field")) == depth:
                    self._lock_node(node)
            form.append(arch.makeelement("field", name="pool_open_fields"))
            form[-1].set("invisible", "1")

    @api.model
    def _lock_node(self, node):
        name, readonly = node.get("name"), node.get("readonly")
        field = self._fields.get(name)
        if not field or name == "child_ids" or readonly in ("1", "True", "true"):
            return
        if field.readonly and readonly is None:
            return
        locked = f"(pool_open_fields and ',{name},' not in pool_open_fields)"
        node.set("readonly", f"({readonly}) or {locked}" if readonly else locked)

    def _check_pool_locks(self, vals):
        """Refuse what the user may not change; unchanged values do not count.

        :raises AccessError: naming the customer, the fields and the reason
        """
        if not self._pool_binds_user():
            return
        names = {
            name
            for name in vals
            if name in self._fields
            and name not in FREE_FIELDS
            and not name.startswith(FREE_PREFIXES)
        }
        locks = self._pool_locks() if names else {}
        for partner in self:
            open_names, reason = locks.get(partner.id, (names, ""))
            changed = [
                name
                for name in sorted(names - open_names)
                if partner._pool_changes(name, vals[name])
            ]
            if changed:
                raise partner._pool_lock_error(changed, reason)

    def _check_pool_number(self, name):
        """Refuse a change of the number that the field `name` stands for."""
        lock = self._pool_locks().get(self.id)
        if lock and name not in lock[0]:
            raise self._pool_lock_error([name], lock[1])

    def _pool_lock_error(self, names, reason):
        labels = [self._fields[name]._description_string(self.env) for name in names]
        return AccessError(
            self.env._(
                "%(customer)s: %(fields)s cannot be changed. %(reason)s",
                customer=self.display_name,
                fields=", ".join(labels),
                reason=reason,
            )
        )

    def _pool_changes(self, name, value):
        """Whether writing `value` would change the field."""
        field = self._fields[name]
        if field.type in ("one2many", "many2many", "binary", "properties"):
            return True
        old = field.convert_to_cache(self[name], self, validate=False)
        new = field.convert_to_cache(value, self, validate=False)
        return (old or None) != (new or None)

    @api.model
    def _pool_binds_user(self):
        """Whether the user is an agent or a leader, acting with his own rights."""
        user = self.env.user
        return (
            not self.env.su
            and user.has_group("crm_stage_pipeline.crm_stage_pipeline_group_user")
            and not user.has_group(
                "crm_stage_pipeline.crm_stage_pipeline_group_manager"
            )
        )

    def _pool_locks(self):
        """What the user may still change of those partners that are not all open.

        :return: dict id → (set of open fields, sentence that says why)
        """
        if not self.ids or not self._pool_binds_user():
            return {}
        may_edit_shared = self.env.user.has_group(
            "crm_stage_pipeline.crm_stage_pipeline_group_edit_shared"
        )
        # superuser: the lock holds whatever rows the user reads
        rows_sudo = self._pool_rows_sudo().grouped("partner_id")
        by_id = {partner.id: rows for partner, rows in rows_sudo.items()}
        locks = {}
        for partner in self:
            rows = by_id.get(partner.commercial_partner_id.id)
            lock = rows and partner._pool_lock(rows, may_edit_shared)
            if lock:
                locks[partner.id] = lock
        return locks

    def _pool_lock(self, rows, may_edit_shared):
        """The lock of one partner by the rows (superuser) of its customer, or None."""
        if all(row.access == "shared" for row in rows):
            if may_edit_shared:
                return None
            is_reserve = set(rows.mapped("stage_code")) == {"reserve"}
            kind = "reserve" if is_reserve else "shared"
            return FREE_FIELDS | {"child_ids"}, self._pool_reason(kind)
        if self != self.commercial_partner_id:
            return None
        for row in rows:
            policy = self.env["crm.pool.policy"]._policy_for(row.company_id)
            if row.access != "shared" and policy.restrict_fields:
                named = row.stage_id._open_field_names()
                free = CONTACT_FIELDS | FREE_FIELDS | set(FACTS.values())
                return named | free, self._pool_stage_reason(row, named)
        return None

    def _pool_stage_reason(self, row, names):
        stage = row.stage_id.with_env(self.env).name or self.env._("the archive")
        labels = [
            self._fields[name]._description_string(self.env)
            for name in sorted(names - CONTACT_FIELDS)
            if name in self._fields
        ]
        kind = "stage" if labels else "none"
        return self._pool_reason(kind, stage=stage, fields=", ".join(labels))

    def _pool_reason(self, kind, **params):
        # each text stands as a literal in REASONS, where the export finds it
        return self.env._(REASONS[kind]) % params  # pylint: disable=W8301


class CrmPhoneNumber(models.Model):
    """A number is changed by who may change the field that it stands for."""

    _inherit = "crm.phone.number"

    def _check_owners(self):
        result = super()._check_owners()
        field_by_kind = {kind: name for name, kind in KIND_BY_FIELD.items()}
        for row in self.filtered("partner_id"):
            name = field_by_kind.get(row.kind, "phone_number_ids")
            name = "phone" if row.kind == "phone" else name
            row.partner_id._check_pool_number(name)
        return result
