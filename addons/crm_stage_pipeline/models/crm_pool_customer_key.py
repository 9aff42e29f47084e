from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..text import name_key

# Kinds of numbers that belong to one customer; a fax or an accountant may be shared.
PHONE_KINDS = ("phone", "mobile", "home")


class CrmPoolCustomer(models.Model):
    """Duplicates of a customer.

    - Two active customers of a company have not the same name, or number, as the
      policy says; managers and imports by right may allow it for one of them.
    - A lead or an order is never refused because its customer is a duplicate: his
      row is allowed to be one.
    """

    _inherit = "crm.pool.customer"

    same_name_allowed = fields.Boolean(
        string="May Be a Duplicate",
        copy=False,
        help="Another customer of the company may have the same name or number.",
    )
    key_ids = fields.One2many(
        comodel_name="crm.customer.key",
        inverse_name="customer_id",
        copy=False,
        groups="crm_stage_pipeline.crm_stage_pipeline_group_manager",
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_same_name_right(vals_list)
        if self.env.context.get("crm_pool_document_entry"):
            vals_list = [self._with_same_name(vals) for vals in vals_list]
        customers = super().create(vals_list)
        self.env["crm.customer.key"]._sync(customers)
        return customers

    def write(self, vals):
        self._check_same_name_right([vals])
        if vals.get("active") and self.env.context.get("crm_pool_document_entry"):
            for customer in self:
                key_vals = {
                    "partner_id": customer.partner_id.id,
                    "company_id": customer.company_id.id,
                }
                vals = {**vals, **customer._with_same_name(key_vals)}
                vals = {k: v for k, v in vals.items() if k not in key_vals}
        result = super().write(vals)
        if {"active", "partner_id", "company_id", "same_name_allowed"} & set(vals):
            self.env["crm.customer.key"]._sync(self)
        return result

    @api.model
    def _row_for(self, partner, company):
        documents = self.with_context(crm_pool_document_entry=True)
        return super(CrmPoolCustomer, documents)._row_for(partner, company)

    @api.model
    def _lift(self, document, code):
        documents = self.with_context(crm_pool_document_entry=True)
        return super(CrmPoolCustomer, documents)._lift(document, code)

    @api.model
    def _check_same_name_right(self, vals_list):
        if self.env.su or not any(vals.get("same_name_allowed") for vals in vals_list):
            return
        if not self.env.user.has_group(
            "crm_stage_pipeline.crm_stage_pipeline_group_manager"
        ):
            raise AccessError(self.env._("Only managers may allow duplicates."))

    @api.model
    def _with_same_name(self, vals):
        """Values of a row that may be a duplicate if it is one."""
        # of contacts and customers that the user may not see
        system = self._privileged().env
        partner_sudo = system["res.partner"].browse(vals.get("partner_id"))
        numbers = partner_sudo.phone_number_ids.filtered(
            lambda row: row.kind in PHONE_KINDS and row.e164
        )
        name = Domain("kind", "=", "name") & Domain(
            "key", "=", name_key(partner_sudo.name)
        )
        phone = Domain("kind", "=", "phone") & Domain(
            "key", "in", numbers.mapped("e164")
        )
        others = system["crm.customer.key"]
        if others.search_count(
            Domain("company_id", "=", vals.get("company_id", self.env.company.id))
            & Domain("customer_id", "not in", self.ids)
            & Domain("enforced", "=", True)
            & (name | phone),
            limit=1,
        ):
            return {**vals, "same_name_allowed": True}
        return vals

    def _get_keys(self, policy):
        """What identifies this customer.

        :param policy: crm.pool.policy of his company
        :return: list of (kind, key, enforced), every key once
        """
        self.ensure_one()
        counts = self.active and not self.same_name_allowed
        keys = {}
        if key := name_key(self.partner_id.name):
            keys["name", key] = counts and policy.name_duplicates == "block"
        for row in self.partner_id.phone_number_ids:
            if row.e164 and row.kind in PHONE_KINDS:
                keys["phone", row.e164] = counts and policy.phone_duplicates == "block"
        return [(kind, key, enforced) for (kind, key), enforced in keys.items()]
