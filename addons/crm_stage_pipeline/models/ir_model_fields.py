from odoo import api, models

from .own_field import LEFT_OUT

POOL = "crm.pool.customer"


class IrModelFields(models.Model):
    """An own field of contacts shows in the pool's lists too (G57).

    Where a consultant makes a field under Configuration → Own Fields, the pool gets a
    twin that reads it; both have one name and label, and go together.
    """

    _inherit = "ir.model.fields"

    @api.depends("field_description", "model")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        for field in self.filtered(lambda field: not field.field_description):
            field.display_name = self.env._("New Field")
        return result

    @api.model_create_multi
    def create(self, vals_list):
        made = super().create(vals_list)
        if self.env.context.get("crm_own_field"):
            twins = [
                field._prepare_twin_vals()
                for field in made
                if field.model == "res.partner" and field.ttype not in LEFT_OUT
            ]
            if twins:
                super().create(twins)
        return made

    def write(self, vals):
        result = super().write(vals)
        twins = self._own_twins() if "field_description" in vals else self.browse()
        if twins:
            twins.write({"field_description": vals["field_description"]})
        return result

    def unlink(self):
        twins = self._own_twins()
        if twins:
            twins.unlink()
        return super().unlink()

    def _own_twins(self):
        """What reads these manual fields of contacts in the pool."""
        names = self.filtered(
            lambda field: field.state == "manual" and field.model == "res.partner"
        ).mapped("name")
        if not names:
            return self.browse()
        related = [f"partner_id.{name}" for name in names]
        return self.search([("model", "=", POOL), ("related", "in", related)])

    def _prepare_twin_vals(self):
        return {
            "model_id": self.env["ir.model"]._get_id(POOL),
            "name": self.name,
            "field_description": self.field_description,
            "ttype": self.ttype,
            "relation": self.relation,
            "related": f"partner_id.{self.name}",
            "help": self.help,
            "readonly": True,
            "store": False,
            "state": "manual",
        }
