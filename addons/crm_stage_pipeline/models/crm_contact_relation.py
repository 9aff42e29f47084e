from odoo import api, fields, models
from odoo.exceptions import ValidationError

KINDS = [
    ("kin", "Relative of"),
    ("friend", "Friend of"),
    ("superior", "Superior of"),
    ("assistant", "Assistant of"),
    ("influences", "Influences"),
    ("colleague", "Former Colleague of"),
]


class CrmContactRelation(models.Model):
    """How a person stands to another one (亲友关系, G15): typed and directed.

    Visible to who sees both persons; to be changed by who may change the first.
    """

    _name = "crm.contact.relation"
    _description = "Relation of Contacts"
    _order = "partner_id, id"
    _rec_name = "kind"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Person",
        required=True,
        index=True,
        ondelete="cascade",
        bypass_search_access=True,
    )
    kind = fields.Selection(selection=KINDS, string="Relation", required=True)
    other_id = fields.Many2one(
        comodel_name="res.partner",
        string="Other Person",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('is_company', '=', False)]",
        bypass_search_access=True,
    )
    note = fields.Char()

    _relation_uniq = models.UniqueIndex(
        "(partner_id, kind, other_id)", "This relation stands there already."
    )

    @api.constrains("partner_id", "other_id")
    def _check_other_id(self):
        for relation in self:
            if relation.partner_id == relation.other_id:
                raise ValidationError(
                    self.env._(
                        "Choose another person: nobody stands in a relation to himself."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        relations = super().create(vals_list)
        # nobody links a person whom he does not see
        relations.other_id.check_access("read")
        return relations

    def write(self, vals):
        result = super().write(vals)
        self.other_id.check_access("read")
        return result


class CrmCustomerDepartment(models.Model):
    """The departments of a customer as a tree (G15).

    A person belongs to the department whose name its own field Department has.
    """

    _name = "crm.customer.department"
    _description = "Department of a Customer"
    _order = "sequence, name, id"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        bypass_search_access=True,
    )
    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    parent_id = fields.Many2one(
        comodel_name="crm.customer.department",
        string="Belongs To",
        index="btree_not_null",
        ondelete="set null",
        domain="[('partner_id', '=', partner_id), ('id', '!=', id)]",
    )
    note = fields.Char(help="What the department does and decides.")

    _name_uniq = models.UniqueIndex(
        "(partner_id, name)", "The customer has this department already."
    )

    @api.constrains("parent_id", "partner_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._("A department cannot belong to one of its own parts.")
            )
        for department in self:
            parent = department.parent_id
            if parent and parent.partner_id != department.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(parent)s is a department of another customer.",
                        parent=parent.name,
                    )
                )
