from odoo import api, models
from odoo.exceptions import AccessError


class CrmPoolRightMixin(models.AbstractModel):
    """Records to which the data rights of the roles apply (G18).

    Reading, editing and deleting go by record rules; exporting, printing and
    assigning are checked here, against the same reach.
    """

    _name = "crm.pool.right.mixin"
    _description = "Records with Data Rights"

    # the kind of record in crm.pool.data.right.line
    _pool_right_target = None
    # whose record it is
    _pool_right_user = "user_id"
    # who else works on it as on his own
    _pool_right_other = None

    def write(self, vals):
        if self._pool_right_user in vals:
            self._check_pool_assign(vals[self._pool_right_user])
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_beyond_right(self):
        self._check_pool_right("delete")

    def export_data(self, fields_to_export):
        self._check_pool_right("export")
        result = super().export_data(fields_to_export)
        self.env["crm.pool.export"]._log(self, fields_to_export)
        return result

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        # columns of related records, too, are exported by right; names are not
        names = {path[0] for path in fields if path}
        if not _is_toplevel_call and names - {"id", ".id", "display_name"}:
            self._check_pool_right("export")
        return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)

    def _pool_allowed(self, action):
        """The records of self that the user's right to an action reaches."""
        if self.env.su or not self.env.user._crm_pool_is_ranged():
            return self
        domain = self.env.user._crm_pool_document_domain(
            self._pool_right_target,
            action,
            self.env.companies.ids,
            self._pool_right_user,
            self._pool_right_other,
        )
        # superuser: only what the domain names is compared
        records_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        return self.browse(records_sudo.filtered_domain(domain).ids)

    def _check_pool_right(self, action):
        """Refuse an action that goes beyond the role's right on one of self.

        :raises AccessError: telling how many are beyond it
        """
        beyond = self - self._pool_allowed(action)
        if not beyond:
            return
        labels = {
            "delete": self.env._("delete"),
            "export": self.env._("export"),
            "print": self.env._("print"),
            "assign": self.env._("assign"),
        }
        raise AccessError(
            self.env._(
                "Your role may not %(action)s %(count)s of these %(total)s records "
                "(%(model)s).",
                action=labels[action],
                count=len(beyond),
                total=len(self),
                model=self.env["ir.model"]._get(self._name).name,
            )
        )

    def _check_pool_assign(self, user_id):
        """Refuse to give away what the right to assign does not reach.

        Taking what is nobody's is no assignment.
        """
        user = self[self._pool_right_user].browse(user_id or [])
        given = self.filtered(lambda record: record[self._pool_right_user] != user)
        if user == self.env.user:
            given = given.filtered(self._pool_right_user)
        given._check_pool_right("assign")
