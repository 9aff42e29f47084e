from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

TARGETS = [
    ("customer", "Customers"),
    ("contact", "Contacts"),
    ("opportunity", "Opportunities"),
    ("order", "Orders"),
    ("record", "Contact Records"),
    ("report", "Reports"),
]


class CrmPoolDataRight(models.Model):
    """The rights of one role (a group of users), all on one page (G18).

    - Data rights: for each kind of record and each action, how far it reaches.
      They widen and narrow what Odoo's own groups give; access to the models
      themselves stays the groups' matter.
    - Special rights: switches of their own.
    - Who has several roles has the widest of their rights.
    - A page for one company stands instead of the page for all companies.
    """

    _name = "crm.pool.data.right"
    _inherit = "crm.pool.cached.mixin"
    _description = "Rights of a Role"
    _order = "sequence, id"
    _rec_name = "group_id"

    group_id = fields.Many2one(
        comodel_name="res.groups",
        string="Role",
        required=True,
        index=True,
        ondelete="cascade",
        help="Everybody in this group has the rights, also by another group.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        ondelete="cascade",
        help="Leave empty for all companies. A page for one company stands there "
        "instead of the page for all.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    line_ids = fields.One2many(
        comodel_name="crm.pool.data.right.line",
        inverse_name="right_id",
        string="Data Rights",
        default=lambda self: [
            Command.create({"target": target}) for target, _label in TARGETS
        ],
        copy=True,
    )
    has_import = fields.Boolean(
        string="Import customers",
        help="Bring customers in from a file.",
    )
    has_same_name = fields.Boolean(
        string="Allow equal names",
        help="Import a customer although another one has the same name.",
    )
    has_release = fields.Boolean(
        string="Release customers of others",
        help="Give customers of others that one may assign back to the pool.",
    )
    has_edit_shared = fields.Boolean(
        string="Edit shared customers",
        compute="_compute_has_edit_shared",
        inverse="_inverse_has_edit_shared",
        help="Change the data of customers that nobody has claimed; in all companies.",
    )
    has_unmasked = fields.Boolean(
        string="See masked numbers",
        help="Read telephone numbers in pools that hide them before claiming.",
    )
    has_export_log = fields.Boolean(
        string="See who exported and printed",
        help="Open the log of exports.",
    )
    user_count = fields.Integer(string="Users", compute="_compute_user_count")
    is_export_closed = fields.Boolean(compute="_compute_is_export_closed")

    _group_company_uniq = models.UniqueIndex(
        "(group_id, COALESCE(company_id, 0))",
        "This role already has its rights in this company.",
    )

    @api.depends("group_id.all_user_ids")
    def _compute_user_count(self):
        for right in self:
            right.user_count = len(right.group_id.all_user_ids)

    @api.depends("group_id.all_implied_ids")
    def _compute_has_edit_shared(self):
        shared = self._edit_shared_group()
        for right in self:
            right.has_edit_shared = shared in right.group_id.all_implied_ids

    def _inverse_has_edit_shared(self):
        """Give the role the group of this right, or take it away."""
        shared = self._edit_shared_group()
        for right in self:
            if right.has_edit_shared:
                right.group_id.implied_ids |= shared
            else:
                right.group_id.implied_ids -= shared

    @api.depends("group_id.all_implied_ids", "line_ids.export_range")
    def _compute_is_export_closed(self):
        technical = self.env.ref("base.group_allow_export")
        for right in self:
            ranges = set(right.line_ids.mapped("export_range"))
            right.is_export_closed = bool(
                ranges - {"none"} and technical not in right.group_id.all_implied_ids
            )

    @api.constrains("line_ids")
    def _check_lines(self):
        for right in self:
            if len(right.line_ids) < len(TARGETS):
                raise ValidationError(
                    self.env._(
                        "The rights of %(role)s lack a kind of record.",
                        role=right.group_id.display_name,
                    )
                )

    def action_open_users(self):
        """The people who have this role."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.group_id.display_name,
            "res_model": "res.users",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.group_id.all_user_ids.ids)],
        }

    def action_allow_export(self):
        """Give the role Odoo's own right to export."""
        technical = self.env.ref("base.group_allow_export")
        self.group_id.implied_ids |= technical

    @api.model
    def _edit_shared_group(self):
        return self.env.ref("crm_stage_pipeline.crm_stage_pipeline_group_edit_shared")

    @api.model
    def _special_codes(self):
        """The names of the special rights: every switch of the page."""
        return [name for name in self._fields if name.startswith("has_")]

    @api.model
    def _rights_of(self, group_ids, company_id):
        """The pages that hold in a company for somebody with these groups."""
        rights = self.search(
            [
                ("group_id", "in", list(group_ids)),
                ("company_id", "in", [company_id, False]),
            ]
        )
        own = rights.filtered("company_id")
        return own | rights.filtered(lambda right: right.group_id not in own.group_id)
