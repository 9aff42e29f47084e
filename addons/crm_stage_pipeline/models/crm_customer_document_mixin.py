from odoo import api, models
from odoo.exceptions import AccessError


class Later:
    """Documents that the pool follows when somebody has done changing them. It stands
    in the context as an object, so that no client can send it."""

    def __init__(self, documents):
        self.model_name = documents._name
        self.ids = frozenset(documents.ids)

    def left_out(self, documents):
        """:return: documents without those that are followed later"""
        if documents._name != self.model_name:
            return documents
        return documents.filtered(lambda document: document.id not in self.ids)


class CrmCustomerDocumentMixin(models.AbstractModel):
    """A document of a customer (lead, order): it follows the rules of the pool.

    - A partner id that the user does not see is refused, also in an onchange:
      core's would return the phone and the e-mail of a hidden customer.
    - The document makes its customer's row and gives its salesperson access.
    - Inherited before the model itself: partners are refused before core reads them,
      and the pool follows what core has finished.
    """

    _name = "crm.customer.document.mixin"
    _description = "Document of a Pool Customer"

    # fields that a client could fill with a partner that he does not see
    _pool_partner_fields = ("partner_id",)
    # fields on which the customer's stage and the salesperson's access depend
    _pool_followed_fields = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        self._check_pool_partners(vals_list)
        documents = super().create(vals_list)
        documents._follow_in_pool()
        return documents

    def write(self, vals):
        self._check_pool_partners([vals])
        followed = self._pool_followed_fields.intersection(vals)
        keys = self._pool_keys() if followed else frozenset()
        result = super().write(vals)
        if followed:
            self._follow_in_pool(keys)
        return result

    def unlink(self):
        keys = self._pool_keys()
        result = super().unlink()
        self.env["crm.pool.customer"]._sync_document_access(keys)
        return result

    def onchange(self, values, field_names, fields_spec):
        self._check_pool_partners([values])
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _check_pool_partners(self, vals_list):
        """Refuse partners that the user does not see, whatever a client sends.

        Nor does anybody make a document, and by it read the number, of a customer in
        a pool that masks numbers: he claims it first (C1).

        :raises AccessError: for a hidden partner, or one with hidden numbers
        """
        ids = {
            vals[name]
            for vals in vals_list
            for name in self._pool_partner_fields
            if isinstance(vals.get(name), int) and vals[name]
        }
        partners = self.env["res.partner"].browse(ids)
        partners.check_access("read")
        if not self.env.su and any(partners.mapped("is_number_masked")):
            raise AccessError(
                self.env._(
                    "The numbers of this customer are hidden: claim the customer "
                    "before you make a lead or an order for it."
                )
            )

    def _pool_keys(self):
        """Commercial partners and companies of the documents that give somebody
        access: those with a salesperson (superuser: to be compared)."""
        customer_model = self.env["crm.pool.customer"]
        return {
            customer_model._document_key(document)
            for document in self._as_superuser()
            if document.partner_id and document.user_id
        }

    def _follow_in_pool(self, keys_before=frozenset()):
        """Make rows, lift customers and give access as the documents now stand.

        Superuser: the pool follows documents, whoever writes them.

        :param keys_before: what _pool_keys was before a change
        """
        later = self.env.context.get("crm_pool_follows_later")
        documents = later.left_out(self) if isinstance(later, Later) else self
        if documents:
            documents._follow_now(keys_before)

    def _follow_now(self, keys_before):
        """What _follow_in_pool does."""
        customer_model = self.env["crm.pool.customer"]
        documents_sudo = self._as_superuser().filtered("partner_id")
        customer_model._follow_documents(documents_sudo._entering_pool())
        customer_model._sync_document_access(self._pool_keys() | keys_before)

    def _following_later(self):
        """self with a context in which the pool does not follow self: for many changes
        in a row, after which the caller calls _follow_in_pool with the keys before."""
        return self.with_context(crm_pool_follows_later=Later(self))

    def _as_superuser(self):
        """self with the rights of the pool (the user stays the same)."""
        return self.with_env(self.env["crm.pool.customer"]._privileged().env)

    def _entering_pool(self):
        """The documents that make a row for their customer, of those that have one."""
        return self

    def _pool_stage_code(self):
        """The stage that the document lifts its customer to, or False."""
        return False
