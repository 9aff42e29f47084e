from odoo import fields, models

from .crm_contact_change import TRACKED
from .res_partner_header import USER_GROUP


class ResPartner(models.Model):
    """Contacts keep what was changed about them (G55)."""

    _inherit = "res.partner"

    contact_change_ids = fields.One2many(
        comodel_name="crm.contact.change",
        inverse_name="partner_id",
        string="Changes",
        copy=False,
        groups=USER_GROUP,
    )

    def write(self, vals):
        names = [name for name in TRACKED if name in vals]
        if not names:
            return super().write(vals)
        before = self._tracked_values(names)
        result = super().write(vals)
        after = self.exists()._tracked_values(names)
        self.env["crm.contact.change"]._append(
            [
                {
                    "partner": partner,
                    "name": name,
                    "old": old,
                    "new": after[partner, name],
                    "is_number": False,
                }
                for (partner, name), old in before.items()
                if (partner, name) in after and old != after[partner, name]
            ]
        )
        return result

    def _tracked_values(self, names):
        """{(partner, field): text}, of contacts that are nobody's own.

        Superuser: the employer before or after may be hidden from who moves a person.
        """
        system = self.env["crm.pool.customer"]._privileged().env
        return {
            (partner, name): self._tracked_text(partner[name])
            for partner in self.with_env(system)
            if partner.partner_share
            for name in names
        }

    def _tracked_text(self, value):
        if isinstance(value, models.BaseModel):
            return value.name or False
        return value or False
