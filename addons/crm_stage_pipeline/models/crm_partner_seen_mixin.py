from odoo import api, models


class CrmPartnerSeenMixin(models.AbstractModel):
    """A record that names partners: only such as the user sees (P20).

    Core looks at the record alone: the partner's name, address and number would be
    copied or shown with it.
    """

    _name = "crm.partner.seen.mixin"
    _description = "Record with Partners that the User Sees"

    # fields that a client could fill with a partner that he does not see
    _seen_partner_fields = ("partner_id",)

    @api.model
    def default_get(self, fields):
        """Defaults of the context are sent by the client too."""
        values = super().default_get(fields)
        self._check_partners_seen([values])
        return values

    @api.model_create_multi
    def create(self, vals_list):
        self._check_partners_seen(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_partners_seen([vals])
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        self._check_partners_seen([values])
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _check_partners_seen(self, vals_list):
        """
        :raises AccessError: for a hidden partner
        """
        self.env["res.partner"]._check_seen(
            *(
                vals.get(name)
                for vals in vals_list
                for name in self._seen_partner_fields
            )
        )
