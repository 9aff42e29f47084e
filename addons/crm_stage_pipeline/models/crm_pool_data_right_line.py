from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .crm_pool_data_right import TARGETS

RANGES = [
    ("none", "Nothing"),
    ("own", "Own"),
    ("led", "Teams They Lead"),
    ("team", "Own Teams"),
    ("all", "All"),
]
ACTIONS = ("see", "edit", "delete", "export", "print", "assign")
# what makes no sense for a kind of record, and is always nothing
VOID = {
    "contact": {"assign"},
    "record": {"assign"},
    "report": {"edit", "delete", "print", "assign"},
}


class CrmPoolDataRightLine(models.Model):
    """How far a role's actions on one kind of record reach.

    Own customers are those that one works on: as owner, as collaborator, or as
    salesperson of an open document. Shared customers belong to the pool: who is
    in it sees them, whatever the range. Own documents name the person; those that
    name nobody are everybody's.
    """

    _name = "crm.pool.data.right.line"
    _inherit = "crm.pool.cached.mixin"
    _description = "Data Right"
    _order = "right_id, sequence, id"

    right_id = fields.Many2one(
        comodel_name="crm.pool.data.right",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer(compute="_compute_sequence", store=True)
    target = fields.Selection(selection=TARGETS, string="Records", required=True)
    see_range = fields.Selection(
        selection=RANGES, string="See", required=True, default="own"
    )
    edit_range = fields.Selection(
        selection=RANGES, string="Edit", required=True, default="own"
    )
    delete_range = fields.Selection(
        selection=RANGES,
        string="Delete",
        required=True,
        default="none",
        help="Deleting a customer archives it.",
    )
    export_range = fields.Selection(
        selection=RANGES, string="Export", required=True, default="none"
    )
    print_range = fields.Selection(
        selection=RANGES, string="Print", required=True, default="own"
    )
    assign_range = fields.Selection(
        selection=RANGES,
        string="Assign",
        required=True,
        default="none",
        help="Whose customers and documents they may give to somebody else; "
        "customers only to people within this range.",
    )

    _target_uniq = models.Constraint(
        "UNIQUE (right_id, target)", "Each kind of record stands once."
    )

    @api.depends("target")
    def _compute_sequence(self):
        order = [target for target, _label in TARGETS]
        for line in self:
            line.sequence = order.index(line.target) if line.target else 0

    @api.constrains("target", "see_range")
    def _check_see_range(self):
        for line in self:
            if line.see_range == "none" and line.target != "report":
                raise ValidationError(
                    self.env._(
                        "Everybody sees at least their own records. Who is to see "
                        "none leaves the group."
                    )
                )

    def _range_of(self, action):
        """The range of one action: "none" where it makes no sense."""
        self.ensure_one()
        if action in VOID.get(self.target, ()):
            return "none"
        return self[f"{action}_range"]
