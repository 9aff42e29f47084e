from odoo import models

from ..report.crm_pool_customer_list import MOST


class CrmPoolCustomer(models.Model):
    """Printing the customers that were chosen, or those that the list found (P42)."""

    _inherit = "crm.pool.customer"

    def action_print_list(self):
        """Print self; without any, what the list's filters find.

        :return: a report action
        """
        report = self.env.ref("crm_stage_pipeline.crm_pool_customer_report_action")
        customers = self or self.search(
            self.env.context.get("active_domain") or [], limit=MOST + 1
        )
        self.env[f"report.{report.report_name}"]._check_most(len(customers))
        customers._check_pool_right("print")
        return report.report_action(customers, config=False)
