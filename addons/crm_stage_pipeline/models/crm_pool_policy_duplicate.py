from odoo import fields, models
from odoo.exceptions import ValidationError


class CrmPoolPolicy(models.Model):
    """What counts as a duplicate in a company."""

    _inherit = "crm.pool.policy"

    name_duplicates = fields.Selection(
        selection=[("block", "Refuse"), ("warn", "Allow")],
        string="Customers of the Same Name",
        required=True,
        default="block",
        help="Spaces, width, case and legal forms do not make a name different.",
    )
    phone_duplicates = fields.Selection(
        selection=[("block", "Refuse"), ("warn", "Allow")],
        string="Customers with the Same Number",
        required=True,
        default="warn",
    )

    def write(self, vals):
        result = super().write(vals)
        for kind in ("name", "phone"):
            if f"{kind}_duplicates" in vals:
                for policy in self:
                    policy._enforce_duplicates(kind)
        return result

    def _enforce_duplicates(self, kind):
        """Rewrite the keys after a change; refuse while there are collisions."""
        keys = self.env["crm.customer.key"]
        enforced = self[f"{kind}_duplicates"] == "block"
        if enforced:
            collisions = keys._get_collisions(self.company_id, kind)
            if collisions:
                raise ValidationError(
                    self.env._(
                        "%(count)s keys belong to several customers, these first: "
                        "%(keys)s. Merge or rename them, or allow their equal names.",
                        count=len(collisions),
                        keys=", ".join(key for key, _count in collisions[:10]),
                    )
                )
        keys._enforce(self.company_id, kind, enforced)
