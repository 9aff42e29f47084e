from odoo import api, fields, models
from odoo.fields import Domain

from .number_field import NumberField

# Fields of the contact that are rows of crm.phone.number, by kind.
KIND_BY_FIELD = {
    "mobile": "mobile",
    "fax": "fax",
    "home_phone": "home",
    "finance_phone": "finance",
}


class ResPartner(models.Model):
    """Typed numbers of a contact: core's phone and the rows beside it."""

    _inherit = "res.partner"

    phone_number_ids = fields.One2many(
        comodel_name="crm.phone.number",
        inverse_name="partner_id",
        string="Phone Numbers",
        copy=False,
        groups="crm_stage_pipeline.crm_stage_pipeline_group_user",
    )
    mobile = NumberField(
        compute="_compute_mobile",
        inverse="_inverse_mobile",
        search="_search_mobile",
        compute_sudo=True,
    )
    fax = NumberField(
        compute="_compute_mobile",
        inverse="_inverse_fax",
        search="_search_fax",
        compute_sudo=True,
    )
    home_phone = NumberField(
        compute="_compute_mobile",
        inverse="_inverse_home_phone",
        search="_search_home_phone",
        compute_sudo=True,
    )
    finance_phone = NumberField(
        compute="_compute_mobile",
        inverse="_inverse_finance_phone",
        search="_search_finance_phone",
        compute_sudo=True,
    )

    @api.depends(
        "phone_number_ids.number", "phone_number_ids.kind", "phone_number_ids.sequence"
    )
    def _compute_mobile(self):
        for partner in self:
            rows = partner.phone_number_ids
            for name, kind in KIND_BY_FIELD.items():
                first = rows.filtered(lambda row, kind=kind: row.kind == kind)[:1]
                partner[name] = first.number

    def _inverse_mobile(self):
        self._set_typed_number("mobile")

    def _inverse_fax(self):
        self._set_typed_number("fax")

    def _inverse_home_phone(self):
        self._set_typed_number("home_phone")

    def _inverse_finance_phone(self):
        self._set_typed_number("finance_phone")

    def _search_mobile(self, operator, value):
        return self._get_typed_number_domain("mobile", operator, value)

    def _search_fax(self, operator, value):
        return self._get_typed_number_domain("fax", operator, value)

    def _search_home_phone(self, operator, value):
        return self._get_typed_number_domain("home_phone", operator, value)

    def _search_finance_phone(self, operator, value):
        return self._get_typed_number_domain("finance_phone", operator, value)

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if not self.env.context.get("crm_phone_number_aligning"):
            self.env["crm.phone.number"]._align(partners.filtered("phone"))
        return partners

    def write(self, vals):
        result = super().write(vals)
        if "phone" in vals:
            numbers = self.env["crm.phone.number"]
            if not self.env.context.get("crm_phone_number_aligning"):
                numbers._align(self)
            # core copies the number to the leads of the contact, other people's too
            system = self.env["crm.pool.customer"]._privileged().env
            leads_sudo = system["crm.lead"].with_context(active_test=False)
            numbers._align(leads_sudo.search([("partner_id", "in", self.ids)]))
        return result

    @api.model
    def _phone_get_number_fields(self):
        """Core sanitizes and sends to `phone`, as without this addon."""
        return [name for name in super()._phone_get_number_fields() if name != "mobile"]

    def _set_typed_number(self, name):
        kind = KIND_BY_FIELD[name]
        system = self.env["crm.pool.customer"]._privileged().env
        for partner in self:
            # whoever may write the contact may write its numbers
            rows_sudo = partner.with_env(system).phone_number_ids.filtered(
                lambda row: row.kind == kind
            )
            value = partner[name]
            if not value:
                rows_sudo[:1].unlink()
            elif rows_sudo:
                rows_sudo[0].number = value
            else:
                rows_sudo.create(
                    {"partner_id": partner.id, "kind": kind, "number": value}
                )

    @api.model
    def _get_typed_number_domain(self, name, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        kind = Domain("kind", "=", KIND_BY_FIELD[name])
        if operator == "in" and False in value:
            without = Domain("phone_number_ids", "not any", kind)
            value = [item for item in value if item]
            if not value:
                return without
            return without | Domain(
                "phone_number_ids", "any", kind & Domain("number", "in", value)
            )
        return Domain(
            "phone_number_ids", "any", kind & Domain("number", operator, value)
        )
