from odoo import fields, models

from .kept_many2one import KeptMany2one


class CrmPoolAccess(models.Model):
    """Who works on a private customer, and why.

    - owner: one per customer that is not shared;
    - collaborator: reads, edits, records contacts and promotes, unless read-only;
      only the owner releases and shares;
    - document: the salesperson of an open lead or order of the customer, until
      that document closes.
    """

    _name = "crm.pool.access"
    _description = "Customer Access"
    _order = "customer_id, kind desc, id"
    _rec_name = "user_id"

    customer_id = fields.Many2one(
        comodel_name="crm.pool.customer", required=True, index=True, ondelete="cascade"
    )
    # the customer's, which keeps it
    company_id = KeptMany2one(related="customer_id.company_id", store=True)
    user_id = fields.Many2one(
        comodel_name="res.users", required=True, ondelete="cascade"
    )
    kind = fields.Selection(
        selection=[
            ("owner", "Owner"),
            ("collaborator", "Collaborator"),
            ("document", "Salesperson of a Document"),
        ],
        required=True,
    )
    is_readonly = fields.Boolean(string="Read-only")

    _user_uniq = models.Constraint(
        "UNIQUE (user_id, customer_id, kind)",
        "This person already has this access to the customer.",
    )
    _collaborator_idx = models.Index(
        "(user_id, customer_id) WHERE kind = 'collaborator'"
    )
    _owner_uniq = models.UniqueIndex(
        "(customer_id) WHERE kind = 'owner'", "A customer has one owner."
    )
