from odoo import api, fields, models, tools


class CrmContactOutcome(models.Model):
    """What came of a contact.

    The flags, not the code, decide what follows: whether the customer counts as
    contacted, is called again, is never called again.
    """

    _name = "crm.contact.outcome"
    _inherit = "crm.pool.cached.mixin"
    _description = "Contact Outcome"
    _order = "sequence, id"

    _cached_fields = frozenset({"is_contact"})

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, copy=False, help="Short technical name, used by other parts."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_human = fields.Boolean(string="Person Answered")
    is_contact = fields.Boolean(
        string="Counts as Contact",
        help="The customer is marked as contacted and the time of the last contact "
        "moves. Off for busy, no answer and the like.",
    )
    is_sale = fields.Boolean(string="Sale")
    is_not_interested = fields.Boolean(string="Not Interested")
    is_wrong_number = fields.Boolean(string="Wrong or Void Number")
    is_callback = fields.Boolean(string="Call Back")
    is_do_not_call = fields.Boolean(
        string="Do Not Call", help="A restriction on calls to this contact is made."
    )
    is_done = fields.Boolean(
        string="Done", help="The contact is not tried again in the same campaign."
    )

    _code_uniq = models.UniqueIndex(
        "(code)", "An outcome with this code exists already."
    )

    @api.model
    @tools.ormcache()
    def _contact_ids(self):
        """Ids of the outcomes that count as contact, archived ones too."""
        outcomes = self.with_context(active_test=False)
        return tuple(outcomes.search([("is_contact", "=", True)], order="id").ids)
