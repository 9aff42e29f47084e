from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .kept_many2one import KeptMany2one


class CrmPoolLog(models.Model):
    """What the log names is kept by the addon, not by foreign keys.

    A key is looked up, and its parent locked, for each of the four or five names of
    every entry (docs/decisions/0015). In their place:

    - people and companies that an entry names cannot be deleted;
    - a customer can: its entries keep its number and name, and no longer lead to it.
    """

    _inherit = "crm.pool.log"

    @api.model
    def _is_named(self, records):
        """Whether an entry, of anybody in any company, names one of the records."""
        names = [
            name
            for name, field in self._fields.items()
            if isinstance(field, KeptMany2one) and field.comodel_name == records._name
        ]
        # whoever deletes them: it is about all entries
        log_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        domain = Domain.OR(Domain(name, "in", records.ids) for name in names)
        return bool(log_sudo.search_count(domain, limit=1))

    @api.model
    def _check_unnamed(self, records):
        """:raises UserError: when an entry names one of these users or companies"""
        if self._is_named(records):
            raise UserError(
                self.env._(
                    "%(names)s stand in the pool's log, which is kept. Archive them "
                    "instead.",
                    names=", ".join(records.mapped("name")),
                )
            )

    @api.model
    def _hold(self, customers):
        """Keep these customers until the transaction ends, as a key would."""
        self.env.cr.execute(
            SQL(
                "SELECT FROM crm_pool_customer WHERE id = ANY(%s)"
                " ORDER BY id FOR KEY SHARE",
                customers.ids,
            ),
            log_exceptions=False,  # a conflict is no error, Odoo replays it
        )

    @api.model
    def _hand_over(self, customer_ids, heir_id):
        """The entries of customers lead to another one, or to none."""
        self.env.cr.execute(
            SQL(
                "UPDATE crm_pool_log SET customer_id = %s WHERE customer_id = ANY(%s)",
                heir_id or None,
                list(customer_ids),
            ),
            log_exceptions=False,  # a conflict is no error, Odoo replays it
        )
        self.invalidate_model(["customer_id"], flush=False)


class CrmPoolCustomer(models.Model):
    _inherit = "crm.pool.customer"

    def unlink(self):
        result = super().unlink()
        # after the row is locked by its deletion: no entry comes in any more
        self.env["crm.pool.log"]._hand_over(self.ids, None)
        return result

    def _take_references(self, rest):
        result = super()._take_references(rest)
        self.env["crm.pool.log"]._hand_over(rest.ids, self.id)
        return result


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_logged(self):
        self.env["crm.pool.log"]._check_unnamed(self)


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_logged(self):
        self.env["crm.pool.log"]._check_unnamed(self)
