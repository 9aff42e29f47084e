from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL


class PrivacyLookupWizard(models.TransientModel):
    """Who asks to be forgotten is found in the pool's log too (P33)."""

    _inherit = "privacy.lookup.wizard"

    def _get_query(self):
        """With the log's rows of the person, also of a customer that was deleted."""
        return SQL(
            """
            %s
            UNION ALL
            SELECT %s AS res_model_id, id AS res_id, True AS is_active
              FROM crm_pool_log
             WHERE customer_name ILIKE %s
                OR customer_ref IN (
                   SELECT id FROM crm_pool_customer
                    WHERE partner_id IN (SELECT id FROM indirect_references))
            """,
            super()._get_query(),
            self.env["ir.model"]._get_id("crm.pool.log"),
            self.name.strip(),
        )


class PrivacyLookupWizardLine(models.TransientModel):
    """The log keeps its rows and forgets whom they were about."""

    _inherit = "privacy.lookup.wizard.line"

    def action_unlink(self):
        self.ensure_one()
        log = self.env["crm.pool.log"]
        if self.res_model != "crm.pool.log":
            result = super().action_unlink()
            if self.res_model == "crm.pool.customer":
                log._anonymise([("customer_ref", "=", self.res_id)])
            return result
        if self.is_unlinked:
            raise UserError(self.env._("The record is already anonymous."))
        log._anonymise([("id", "=", self.res_id)])
        self.execution_details = self.env._(
            "Anonymised %(model)s #%(number)s",
            model=self.res_model_id.name,
            number=self.res_id,
        )
        self.is_unlinked = True
        return None
