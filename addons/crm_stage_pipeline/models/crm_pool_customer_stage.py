from odoo import models

from ..pool.transition import rank


class CrmPoolCustomer(models.Model):
    """A company's own stages of one code (P1): moving to one of them by name."""

    _inherit = "crm.pool.customer"

    def action_set_stage(self, stage_id):
        """Move to a stage of one's company, also to another one of the same code.

        Between codes the allowed moves decide, inside one code who may promote.

        :return: list of dicts, one per customer, see _result
        """
        stage = self.env["crm.pool.stage"].browse(stage_id).exists()
        stage.check_access("read")
        visible, results = self._visible_or_refused()
        elsewhere = visible.filtered(lambda row: row.stage_code != stage.code)
        ups = elsewhere.filtered(
            lambda row: rank(row.stage_code or None) < rank(stage.code)
        )
        for kind, customers in (("promote", ups), ("demote", elsewhere - ups)):
            for row in customers._move(kind, stage.code):
                results[row["customer_id"]] = row
        moved = elsewhere.filtered(lambda row: results[row.id]["code"] == "moved")
        moved._set_stage_of_company(stage)
        for row in (visible - elsewhere)._choose_stage(stage):
            results[row["customer_id"]] = row
        return [results[customer_id] for customer_id in self._ids]

    def _choose_stage(self, stage):
        """Change to another stage of the code that all of self stand in.

        :return: list of dicts, one per customer
        """
        rights = self._rights()
        results = []
        accepted = self.browse()
        for customer in self:
            if customer.stage_id == stage:
                result = customer._result("already_there")
            elif not rights[customer.id] or rights[customer.id] == "reader":
                result = customer._result("not_allowed")
            elif stage.company_id not in (customer.company_id, stage.company_id[:0]):
                result = customer._illegal_result(stage.code)
            else:
                result = customer._result(
                    "moved", from_stage=customer.stage_id.name, to_stage=stage.name
                )
                accepted += customer
            results.append(result)
        self.env["crm.pool.log"]._append(
            "batch", [{"customer": customer} for customer in accepted], stage.name
        )
        accepted._set_stage(stage)
        return results

    def _set_stage_of_company(self, stage):
        """The chosen stage in place of the default one of its code."""
        fitting = self.filtered(
            lambda row: not stage.company_id or stage.company_id == row.company_id
        )
        fitting._set_stage(stage)
