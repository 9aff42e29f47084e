from odoo import fields, models


class CrmPoolPolicy(models.Model):
    """What becomes of a collaborative customer whose owner leaves (P21)."""

    _inherit = "crm.pool.policy"

    owner_leaves = fields.Selection(
        selection=[
            ("pool", "It becomes shared"),
            ("member", "The next collaborator becomes its owner"),
        ],
        string="When the Owner of a Collaborative Customer Leaves",
        required=True,
        default="pool",
        help="Also when the owner's user is archived. The next is who has worked on "
        "it longest, may edit it and has room for one more customer.",
    )
