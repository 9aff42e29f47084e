from odoo import models

from ..report.crm_list_report import MOST


class CrmListPrintMixin(models.AbstractModel):
    """Printing the chosen records, or those that the list found (P42, G69)."""

    _name = "crm.list.print.mixin"
    _description = "Records Whose List Is Printed"

    # the report action
    _list_report = None

    def action_print_list(self):
        """Print self; without any, what the list's filters find.

        In the order of the list; the client tells by `active_order` how it is sorted.

        :return: a report action
        """
        report = self.env.ref(self._list_report)
        context = self.env.context
        chosen = [("id", "in", self.ids)] if self else context.get("active_domain")
        records = self.with_context(active_test=not self).search(
            chosen or [], order=context.get("active_order") or None, limit=MOST + 1
        )
        self.env[f"report.{report.report_name}"]._check_most(len(records))
        records._check_pool_right("print")
        return report.report_action(records, config=False)


class CrmPoolCustomer(models.Model):
    _name = "crm.pool.customer"
    _inherit = ["crm.pool.customer", "crm.list.print.mixin"]

    _list_report = "crm_stage_pipeline.crm_pool_customer_report_action"


class CrmContactRecord(models.Model):
    _name = "crm.contact.record"
    _inherit = ["crm.contact.record", "crm.list.print.mixin"]

    _list_report = "crm_stage_pipeline.crm_contact_record_report_action"


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "crm.list.print.mixin"]

    _list_report = "crm_stage_pipeline.res_partner_report_action"
