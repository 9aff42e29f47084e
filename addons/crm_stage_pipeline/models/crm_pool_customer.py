import random
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from .kept_many2one import KeptMany2one


class CrmPoolCustomer(models.Model):
    """A commercial partner as a customer of one company.

    - One row per commercial partner and company; the partner's own data stay on
      the partner.
    - Owner, stage, access, marks and dates of the pool change only through the
      actions: a direct write of them is refused to everybody.
    - Shared means: no owner, no collaborators.
    - Times are UTC; the name is a copy of the partner's, for sorting.
    """

    _name = "crm.pool.customer"
    _description = "Pool Customer"
    _order = "name, id"
    _check_company_auto = True

    # What only the actions write. The sentinel is an object: no client can send it.
    _edit_sentinel = object()
    _protected_fields = frozenset(
        {
            "partner_id",
            "company_id",
            "name",
            "pool_id",
            "stage_id",
            "stage_code",
            "owner_id",
            "access",
            "contact_mark",
            "track_mark",
            "claimed_at",
            "pool_entered_at",
            "previous_owner_id",
            "released_at",
            "last_contact_at",
            "protected_until",
            "protection_count",
            "is_protection_open",
            "is_protection_reminded",
            "recycle_on",
            "recycle_rule_id",
            "resumed_at",
            "draw_key",
            "value_score",
            "value_grade",
            "expected_amount",
            "access_ids",
            "log_ids",
        }
    )
    # What the creator of a row may choose.
    _entry_fields = frozenset({"partner_id", "company_id", "stage_id", "owner_id"})

    @api.model
    def _default_owner_id(self):
        """Who enters a customer by hand or by API keeps it (P47)."""
        if self.env.su:
            return self.env["res.users"]
        return self.env.user

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        ondelete="restrict",
        copy=False,
        help="Always the commercial entity: contacts follow their company.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
    )
    name = fields.Char(
        related="partner_id.name", store=True, precompute=True, string="Customer Name"
    )
    pool_id = fields.Many2one(
        comodel_name="crm.pool",
        ondelete="restrict",
        check_company=True,
        copy=False,
    )
    stage_id = fields.Many2one(
        comodel_name="crm.pool.stage",
        ondelete="restrict",
        group_expand="_read_group_stage_ids",
        copy=False,
        help="Blank: the customer is in the archive only.",
    )
    stage_code = fields.Selection(related="stage_id.code", store=True, precompute=True)
    owner_id = fields.Many2one(
        comodel_name="res.users",
        ondelete="restrict",
        default=lambda self: self._default_owner_id(),
        domain=[("share", "=", False)],
        copy=False,
    )
    access = fields.Selection(
        selection=[
            ("personal", "Personal"),
            ("collaborative", "Collaborative"),
            ("shared", "Shared"),
        ],
        required=True,
        default="shared",
        copy=False,
    )
    contact_mark = fields.Selection(
        selection=[("uncontacted", "Uncontacted"), ("contacted", "Contacted")],
        required=True,
        default="uncontacted",
        copy=False,
    )
    track_mark = fields.Selection(
        selection=[("tracking", "Tracking"), ("paused", "Paused")],
        required=True,
        default="tracking",
        copy=False,
    )
    claimed_at = fields.Datetime(readonly=True, copy=False)
    pool_entered_at = fields.Datetime(readonly=True, copy=False)
    # stands in the log as well, which keeps him
    previous_owner_id = KeptMany2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="set null"
    )
    released_at = fields.Datetime(readonly=True, copy=False)
    last_contact_at = fields.Datetime(string="Last Contact", readonly=True, copy=False)
    next_visit_date = fields.Datetime(string="Next Visit", copy=False)
    protected_until = fields.Datetime(readonly=True, copy=False)
    recycle_on = fields.Datetime(readonly=True, copy=False)
    draw_key = fields.Integer(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: random.getrandbits(31),
        help="Random place in the pool, so that agents who draw do not collide.",
    )
    active = fields.Boolean(default=True, copy=False)
    access_ids = fields.One2many(
        comodel_name="crm.pool.access",
        inverse_name="customer_id",
        string="Who Works on It",
        bypass_search_access=True,
        copy=False,
    )
    log_ids = fields.One2many(
        comodel_name="crm.pool.log",
        inverse_name="customer_id",
        copy=False,
    )
    email = fields.Char(related="partner_id.email")
    city = fields.Char(related="partner_id.city")
    country_id = fields.Many2one(related="partner_id.country_id")
    industry_id = fields.Many2one(related="partner_id.industry_id")

    # Every change of an owner writes every index. Hence none on partner, company or
    # owner alone, which begin one of these, and none on pool or stage, of which there
    # are so few that it would never be used.
    _partner_company_uniq = models.UniqueIndex(
        "(partner_id, company_id)",
        "This customer already has a row in this company's pool.",
    )
    _shared_check = models.Constraint(
        "CHECK ((access = 'shared') = (owner_id IS NULL))",
        "A shared customer has no owner, any other has one.",
    )
    # what it includes is what the main line counts: it is read alone, not the rows
    _visit_idx = models.Index(
        "(company_id, next_visit_date, id)"
        " INCLUDE (stage_code, track_mark, active, access, pool_id)"
    )
    _contact_idx = models.Index(
        "(company_id, last_contact_at)"
        " INCLUDE (stage_code, active, access, pool_id, id)"
    )
    _new_idx = models.Index(
        "(company_id, stage_code, access)"
        " WHERE contact_mark = 'uncontacted' AND next_visit_date IS NULL"
    )
    _name_idx = models.Index("(company_id, name, id)")
    # a person's own are listed and counted from it alone (docs/decisions/0016)
    _owned_idx = models.Index(
        "(owner_id, stage_id, name, id) INCLUDE (stage_code, next_visit_date,"
        " contact_mark, track_mark, access, active, company_id, pool_id, partner_id,"
        " value_score) WHERE owner_id IS NOT NULL"
    )
    _draw_idx = models.Index(
        "(company_id, stage_code, draw_key, id) WHERE owner_id IS NULL"
    )

    @api.constrains("partner_id")
    def _check_partner(self):
        for customer in self:
            partner = customer.partner_id
            if partner.commercial_partner_id != partner:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is a contact of %(company)s: only the company "
                        "itself stands in the pool.",
                        contact=partner.display_name,
                        company=partner.commercial_partner_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        defaults = self.default_get(["company_id", "owner_id"])
        prepared = [self._prepare_create_vals({**defaults, **v}) for v in vals_list]
        self._set_pools(prepared)
        self._check_room(prepared)
        customers = super().create(prepared)
        # superuser: access rows are written by the pool only
        self._privileged().env["crm.pool.access"].create(
            [
                {"customer_id": row.id, "user_id": row.owner_id.id, "kind": "owner"}
                for row in customers.filtered("owner_id")
            ]
        )
        customers._log_entry()
        return customers

    def write(self, vals):
        self._check_protected(vals)
        if "active" in vals:
            changed = self.filtered(lambda row: row.active != bool(vals["active"]))
            if not self._is_pool_edit():
                changed._check_archivable(vals["active"])
            changed._log_active(bool(vals["active"]))
        result = super().write(vals)
        if vals.get("active") is False:
            self._archive_lone_partners()
        return result

    def action_open_partner(self):
        """Open the customer's form, which is the partner's."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "views": [(False, "form")],
        }

    def action_new_partner(self):
        """Open an empty customer's form; on saving it enters the pool."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Customer"),
            "res_model": "res.partner",
            "views": [(False, "form")],
            "context": {"crm_pool_enter": True, "default_is_company": True},
        }

    @api.model
    def _prepare_create_vals(self, vals):
        """Complete the values of a new row: commercial partner, stage, access.

        :raises AccessError: if vals name protected fields besides those of entry
        """
        self._check_protected(dict.fromkeys(vals.keys() - self._entry_fields))
        partner = self.env["res.partner"].browse(vals.get("partner_id"))
        if partner:
            partner.check_access("read")
            vals["partner_id"] = partner.commercial_partner_id.id
        company = self.env["res.company"].browse(vals["company_id"])
        if "stage_id" not in vals:
            policy = self.env["crm.pool.policy"]._policy_for(company)
            vals["stage_id"] = policy._entry_stage().id
        vals["access"] = "personal" if vals.get("owner_id") else "shared"
        vals.setdefault("pool_entered_at", fields.Datetime.now())
        if vals.get("owner_id"):
            vals["claimed_at"] = vals["pool_entered_at"]
        return vals

    @api.model
    def _set_pools(self, vals_list):
        """Choose the pool of every new row that names none, in one pass a company."""
        waiting = {}
        for vals in vals_list:
            if not vals.get("pool_id") and vals.get("partner_id"):
                waiting.setdefault(vals["company_id"], []).append(vals)
        for company_id, company_vals in waiting.items():
            pools = self.env["crm.pool"]._pool_for(
                self.env["res.partner"].browse(v["partner_id"] for v in company_vals),
                self.env["res.company"].browse(company_id),
            )
            for vals in company_vals:
                vals["pool_id"] = pools[vals["partner_id"]].id

    @api.model
    def _check_room(self, vals_list):
        """Refuse owners who may not own here or already hold too many.

        :raises UserError: naming the owner
        """
        wanted = Counter(
            (vals["owner_id"], vals["company_id"])
            for vals in vals_list
            if vals.get("owner_id")
        )
        for (owner_id, company_id), count in wanted.items():
            owner = self.env["res.users"].browse(owner_id)
            row = self.new({"company_id": company_id})
            if not row._can_own(owner):
                refusal = row._result(
                    "wrong_user", owner=owner.name, company=row.company_id.name
                )
                raise UserError(refusal["message"])
            room = self._holding_room(owner, row.company_id)
            if room is not None and count > room:
                raise UserError(row._cap_result(owner)["message"])

    def _log_entry(self):
        nobody = self.env["res.users"]
        self.env["crm.pool.log"]._append(
            "enter",
            [
                {"customer": row, "owner_before": nobody, "stage_before": False}
                for row in self
            ],
        )

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        return stages.search([("company_id", "in", [*self.env.companies.ids, False])])

    def _check_protected(self, vals):
        """Refuse a direct write of what only the actions may change.

        :raises AccessError: for everybody, managers and superuser included
        """
        names = self._protected_fields.intersection(vals)
        if names and not self._is_pool_edit():
            raise AccessError(
                self.env._(
                    "These fields of a pool customer change only through claim, "
                    "release, promote, demote and assign: %(fields)s",
                    fields=", ".join(sorted(names)),
                )
            )

    def _is_pool_edit(self):
        """Whether an action of the pool is writing: no client can send the object."""
        return self.env.context.get("crm_pool_edit_sentinel") is self._edit_sentinel

    def _privileged(self):
        """self as superuser, the user staying the same: the addon's only such door.

        The actions go through it after they have checked the user's right on
        every row; documents, because the pool follows them whoever writes them;
        and the rules, to compare what a user sees with what is there.
        """
        return self.sudo()

    def _write_pool(self, vals):
        """Write protected fields: for the actions of the pool and their extensions.

        The rows come before their access rows: of two transactions that change the
        same customer's people the later one is then replayed by Odoo, where a
        duplicate access row would be an error for a person.
        """
        if {"owner_id", "access_ids"} & vals.keys() and self.ids:
            self.env.cr.execute(
                SQL(
                    "SELECT FROM crm_pool_customer WHERE id = ANY(%s)"
                    " ORDER BY id FOR NO KEY UPDATE",
                    self.ids,
                ),
                log_exceptions=False,  # a conflict is no error, Odoo replays it
            )
        return self.with_context(crm_pool_edit_sentinel=self._edit_sentinel).write(vals)
