from odoo import api, models

# What decides whose contact a partner is.
PARENT_FIELDS = frozenset({"parent_id", "is_company"})
# In the context of a merge: its own steps settle the rows. No client can send it.
MERGE_SENTINEL = object()


class ResPartner(models.Model):
    """A partner that changes its company takes its rows along (P53, C9).

    Nobody names a parent that he does not see: core would copy the address and the
    commercial data of a hidden customer.
    """

    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        self._check_parent_seen(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_parent_seen([vals])
        is_merge = self.env.context.get("crm_pool_merge") is MERGE_SENTINEL
        if is_merge or not PARENT_FIELDS.intersection(vals):
            return super().write(vals)
        before = self._commercial_before()
        result = super().write(vals)
        self.env["crm.pool.customer"]._follow_commercial(before)
        return result

    def onchange(self, values, field_names, fields_spec):
        self._check_parent_seen([values])
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _check_parent_seen(self, vals_list):
        """
        :raises AccessError: for a hidden parent, or a hidden contact taken below
        """
        self._check_seen(
            *(vals.get(n) for vals in vals_list for n in ("parent_id", "child_ids"))
        )

    def _commercial_before(self):
        """{partner: commercial partner} of self and what hangs below it.

        Superuser: contacts of every company move with their parent.
        """
        system = self.env["crm.pool.customer"]._privileged().env
        family_sudo = (
            self.with_env(system)
            .with_context(active_test=False)
            .search([("id", "child_of", self.ids)])
        )
        return {partner: partner.commercial_partner_id for partner in family_sudo}
