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

    @api.model_create_multi
    def create(self, vals_list):
        self._check_same_name_right(vals_list)
        if self.env.context.get("crm_pool_document_entry"):
            vals_list = self._with_same_names(vals_list)
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
                vals = {**vals, **customer._with_same_names([key_vals])[0]}
                vals = {k: v for k, v in vals.items() if k not in key_vals}
        result = super().write(vals)
        if {"active", "partner_id", "company_id", "same_name_allowed"} & set(vals):
            self.env["crm.customer.key"]._sync(self)
        return result

    @api.model
    def _rows_for(self, keys):
        documents = self.with_context(crm_pool_document_entry=True)
        return super(CrmPoolCustomer, documents)._rows_for(keys)

    def _lift(self, code, document_by_row):
        documents = self.with_context(crm_pool_document_entry=True)
        return super(CrmPoolCustomer, documents)._lift(code, document_by_row)

    @api.model
    def _check_same_name_right(self, vals_list):
        if self.env.su or not any(vals.get("same_name_allowed") for vals in vals_list):
            return
        if not self.env.user.has_group(
            "crm_stage_pipeline.crm_stage_pipeline_group_manager"
        ):
            raise AccessError(self.env._("Only managers may allow duplicates."))

    @api.model
    def _with_same_names(self, vals_list):
        """Values of rows, which may be duplicates where they are some: of a customer
        who is there already, or of one before in the list."""
        # of contacts and customers that the user may not see
        system = self._privileged().env
        partners_sudo = system["res.partner"].browse(
            vals["partner_id"] for vals in vals_list
        )
        wanted = [
            self._get_blocking_keys(partner_sudo, vals["company_id"])
            for partner_sudo, vals in zip(partners_sudo, vals_list, strict=True)
        ]
        taken = {
            (row.company_id.id, row.kind, row.key)
            for row in system["crm.customer.key"].search(
                Domain("customer_id", "not in", self.ids)
                & Domain("enforced", "=", True)
                & Domain("key", "in", [key for keys in wanted for *_of, key in keys])
                & Domain("company_id", "in", [v["company_id"] for v in vals_list])
            )
        }
        allowed = []
        for vals, keys in zip(vals_list, wanted, strict=True):
            if keys.isdisjoint(taken):
                taken |= keys
            else:
                vals = {**vals, "same_name_allowed": True}
            allowed.append(vals)
        return allowed

    @api.model
    def _get_blocking_keys(self, partner, company_id):
        """What no other customer of the company may have, where he has it.

        :param partner: res.partner (superuser)
        :return: set of (company's id, kind, key)
        """
        company = partner.env["res.company"].browse(company_id)
        policy = partner.env["crm.pool.policy"]._policy_for(company)
        keys = set()
        if policy.name_duplicates == "block" and (key := name_key(partner.name)):
            keys.add((company_id, "name", key))
        if policy.phone_duplicates == "block":
            keys |= {
                (company_id, "phone", row.e164)
                for row in partner.phone_number_ids
                if row.e164 and row.kind in PHONE_KINDS
            }
        return keys

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
