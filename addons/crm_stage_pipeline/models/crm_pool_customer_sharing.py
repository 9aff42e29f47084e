from odoo import fields, models
from odoo.tools import LazyTranslate

from .crm_pool_customer_result import MESSAGES

_lt = LazyTranslate(__name__)

MESSAGES.update(
    {
        "may_edit": _lt("%(user)s may now edit %(name)s."),
        "may_read": _lt("%(user)s may now only read %(name)s."),
    }
)
CODES = {"may_edit": "changed", "may_read": "changed"}


class CrmPoolCustomer(models.Model):
    """Changing and leaving what is shared (P29)."""

    _inherit = "crm.pool.customer"

    def action_change_member(self, user_id, is_readonly):
        """Let a collaborator edit, or only read (P29).

        :return: list of dicts, one per customer, see _result
        """
        user = self.env["res.users"].browse(user_id).exists()
        visible, results = self._visible_or_refused()
        rights = visible._rights()
        for customer in visible:
            # superuser: the right on the customer is checked here
            row_sudo = customer._privileged().access_ids.filtered(
                lambda row: row.kind == "collaborator" and row.user_id == user
            )
            if rights[customer.id] not in ("owner", "leader", "manager"):
                results[customer.id] = customer._result("not_allowed")
            elif not row_sudo or row_sudo.is_readonly == bool(is_readonly):
                results[customer.id] = customer._result("already_there")
            else:
                row_sudo.is_readonly = bool(is_readonly)
                code = "may_read" if is_readonly else "may_edit"
                result = customer._result(code, user=user.name)
                self.env["crm.pool.log"]._append(
                    "share", [{"customer": customer, "member": user}], result["message"]
                )
                results[customer.id] = result
        return [results[customer_id] for customer_id in self._ids]

    def _member_refusal(self, action, user, right):
        if action == "unshare" and user == self.env.user and self.access != "shared":
            # a collaborator may leave; superuser: to tell whether he is one
            rows_sudo = self._privileged().access_ids
            if user in rows_sudo.filtered(lambda r: r.kind == "collaborator").user_id:
                return None
        return super()._member_refusal(action, user, right)

    def _result_code(self, message_code):
        return CODES.get(message_code) or super()._result_code(message_code)


class CrmPoolAccess(models.Model):
    """The screen of what is shared: by me, with me, by others (P29)."""

    _inherit = "crm.pool.access"

    owner_id = fields.Many2one(related="customer_id.owner_id")
    stage_id = fields.Many2one(related="customer_id.stage_id")

    def action_cancel(self):
        """Take these collaborators from their customers."""
        return self._change("unshare", "action_unshare")

    def action_let_edit(self):
        """Let these collaborators edit their customers."""
        return self._change("share", "action_change_member", False)

    def action_let_read(self):
        """Let these collaborators only read their customers."""
        return self._change("share", "action_change_member", True)

    def action_open_customer(self):
        """Open the customer's form."""
        return self.customer_id.action_open_partner()

    def _change(self, action, method, *arguments):
        """Call `method` for each member of self and show the results, row by row."""
        results = []
        customers = self.customer_id
        rows = self.filtered(lambda row: row.kind == "collaborator")
        for user, access_rows in rows.grouped("user_id").items():
            shared = access_rows.customer_id
            results += getattr(shared, method)(user.id, *arguments)
        operation = self.env["crm.pool.operation"].create(
            {"action": action, "customer_ids": [fields.Command.set(customers.ids)]}
        )
        return operation._show(results)
