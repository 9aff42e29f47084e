from odoo import fields
from odoo.tools import sql


class KeptMany2one(fields.Many2one):
    """A reference to a row that the addon itself keeps: without a foreign key.

    The database would look each parent up, and lock it, for every row that is
    appended. What keeps each parent is said beside the field; a test tries to delete
    them all.
    """

    def update_db_foreign_key(self, model, column):
        """Drop the key that an earlier version of the addon made."""
        parent = model.env[self.comodel_name]._table
        for rule in ("restrict", "set null"):
            for name in sql.get_foreign_keys(
                model.env.cr, model._table, self.name, parent, "id", rule
            ):
                sql.drop_constraint(model.env.cr, model._table, name)
