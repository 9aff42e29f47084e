from odoo import api, fields, models

from .number_field import NumberField

# Fields of a contact whose old values are kept; numbers are kept by kind beside them.
TRACKED = (
    "name",
    "parent_id",
    "function",
    "department",
    "superior_id",
    "email",
    "qq",
    "messenger",
)


class CrmContactChange(models.Model):
    """What changed about a contact: name, numbers, position, employer (G55).

    - One row for each changed field, with the old and the new value, by whom and when.
      What somebody types when the contact is new is no change.
    - Append-only: the contact's own write makes the rows, nobody changes or deletes
      one.
    - A row is visible with its contact; numbers are masked as the contact's are.
    """

    _name = "crm.contact.change"
    _inherit = "crm.contact.number.mixin"
    _description = "Contact Change"
    _order = "id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        bypass_search_access=True,
    )
    field_name = fields.Char(
        required=True, readonly=True, help="Technical name of the contact's field."
    )
    field_label = fields.Char(string="What Changed", compute="_compute_field_label")
    old_text = fields.Char(readonly=True)
    new_text = fields.Char(readonly=True)
    old_number = NumberField(readonly=True)
    new_number = NumberField(readonly=True)
    old_value = fields.Char(compute="_compute_old_value", compute_sudo=False)
    new_value = fields.Char(compute="_compute_old_value", compute_sudo=False)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Changed By",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    changed_at = fields.Datetime(
        string="Changed On", required=True, readonly=True, default=fields.Datetime.now
    )

    @api.depends("field_name")
    @api.depends_context("lang")
    def _compute_field_label(self):
        known = self.env["res.partner"]._fields
        for change in self:
            field = known.get(change.field_name)
            change.field_label = (
                field._description_string(self.env) if field else change.field_name
            )

    @api.depends("old_text", "new_text", "old_number", "new_number", "partner_id")
    @api.depends_context("uid")
    def _compute_old_value(self):
        for change in self:
            change.old_value = change.old_text or change.old_number
            change.new_value = change.new_text or change.new_number

    @api.model
    def _append(self, rows):
        """Write changes down.

        Superuser: people have no right to write here, and the changes may be those of
        a person whom they have just moved out of their sight.

        :param rows: dicts partner, name of the field, old, new, is_number
        """
        system = self.env["crm.pool.customer"]._privileged().env
        self.with_env(system).create(
            [
                {
                    "partner_id": row["partner"].id,
                    "field_name": row["name"],
                    "user_id": self.env.uid,
                    **self._prepare_value_vals(row),
                }
                for row in rows
            ]
        )

    @api.model
    def _prepare_value_vals(self, row):
        kind = "number" if row["is_number"] else "text"
        return {f"old_{kind}": row["old"], f"new_{kind}": row["new"]}
