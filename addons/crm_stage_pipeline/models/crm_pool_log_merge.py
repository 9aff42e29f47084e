from odoo import api, fields, models
from odoo.tools import SQL


class CrmPoolLog(models.Model):
    """Merged and deleted customers leave their name and number (P33).

    The rows of a merged customer are found with the one that took it over; the
    number in them stays its own.
    """

    _inherit = "crm.pool.log"

    action = fields.Selection(
        selection_add=[("merge", "Merged"), ("delete", "Deleted")],
        ondelete={"merge": "cascade", "delete": "cascade"},
    )

    @api.model
    def _anonymise(self, domain):
        """Forget name and reason of rows; who did what, and when, stays.

        By SQL, as everything in this log. Superuser: the caller has the right to
        forget people, in all companies.
        """
        rows_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        ids = rows_sudo.search(domain).ids
        if ids:
            self.env.cr.execute(
                SQL(
                    "UPDATE crm_pool_log SET customer_name = %s, reason = NULL"
                    " WHERE id IN %s",
                    self.env._("Anonymous"),
                    tuple(ids),
                )
            )
            self.invalidate_model(["customer_name", "reason"], flush=False)
