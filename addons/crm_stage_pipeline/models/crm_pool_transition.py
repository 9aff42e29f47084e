from odoo import api, fields, models

from ..pool import Move, MoveTable
from .crm_pool_stage import STAGE_CODES


class CrmPoolTransition(models.Model):
    """One allowed move between two stages, for one kind of action.

    A move that has no row is refused. No "from" means from the archive, no "to"
    means into the archive (the stage becomes blank).
    """

    _name = "crm.pool.transition"
    _description = "Allowed Stage Move"
    _order = "kind, sequence, id"

    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        selection=[
            ("promote", "Promote"),
            ("demote", "Demote"),
            ("screen", "Screen"),
            ("batch", "Batch Move"),
        ],
        required=True,
        help="Promote and demote are the buttons of a customer; screening takes "
        "customers out of the reserve; the batch move is that of the customer "
        "archive.",
    )
    from_code = fields.Selection(
        selection=STAGE_CODES, string="From", help="Empty: the archive."
    )
    to_code = fields.Selection(
        selection=STAGE_CODES, string="To", help="Empty: the archive."
    )
    group_id = fields.Many2one(
        comodel_name="res.groups",
        string="Allowed For",
        required=True,
        ondelete="cascade",
        index=True,
    )
    clear_owner = fields.Boolean(
        string="Becomes Shared",
        help="The move takes the customer from its owner and collaborators.",
    )

    _move_uniq = models.UniqueIndex(
        "(kind, COALESCE(from_code, ''), COALESCE(to_code, ''), group_id)",
        "This move is already allowed for this group.",
    )
    _move_check = models.Constraint(
        "CHECK (COALESCE(from_code, '') <> COALESCE(to_code, ''))",
        "A move goes from one stage to another.",
    )

    @api.model
    def _move_table(self):
        """All allowed moves; the roles are ids of groups."""
        return MoveTable(
            Move(
                row.kind,
                row.from_code or None,
                row.to_code or None,
                row.group_id.id,
                row.clear_owner,
            )
            for row in self.search([])
        )
