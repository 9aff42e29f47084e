from odoo import models


class CrmPoolCustomer(models.Model):
    """Merging customers of which one lies in the recycle bin."""

    _inherit = "crm.pool.customer"

    def _take_references(self, rest):
        """A deleted customer that is merged into a live one comes back with it."""
        bin_model = self.env["crm.pool.bin"]
        theirs, own = bin_model._entries_of(rest), bin_model._entries_of(self)
        if own and theirs:
            own._absorb(theirs)
        elif self.active:
            theirs._give_back()
        return super()._take_references(rest)
