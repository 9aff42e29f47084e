from odoo import api, fields, models

from .crm_pool_operation import DONE_CODES

DONE_CODES.update(
    {"protected_until", "unprotected", "requested", "passed_on", "changed"}
)
# stages of which the role table says that managers should not take customers away
WARNED_STAGES = ("opportunity", "deal")


class CrmPoolOperation(models.TransientModel):
    """Protection and requests in the dialog of actions (P26, P28), and a warning.

    Managers who move other people's customers of the stages opportunity and deal are
    warned, not stopped (P31).
    """

    _inherit = "crm.pool.operation"

    action = fields.Selection(
        selection_add=[
            ("protect", "Protect"),
            ("unprotect", "End Protection"),
            ("request", "Apply for It"),
        ],
        ondelete={
            "protect": "cascade",
            "unprotect": "cascade",
            "request": "cascade",
        },
    )
    warning = fields.Text(compute="_compute_warning")

    @api.depends("action", "customer_ids")
    def _compute_warning(self):
        for operation in self:
            if operation.action not in ("assign", "release", "demote", "move"):
                operation.warning = False
                continue
            warned = operation.customer_ids.filtered(
                lambda row: (
                    row.stage_code in WARNED_STAGES
                    and row.owner_id
                    and row.owner_id != self.env.user
                )
            )
            operation.warning = False
            if warned:
                operation.warning = self.env._(
                    "Not advised for customers in the stages opportunity and deal: "
                    "their owner knows them best. %(count)s of these: %(names)s.",
                    count=len(warned),
                    names=warned._short_names(),
                )

    def _needs_answers(self):
        if self.action in ("protect", "unprotect"):
            return False
        return super()._needs_answers()

    def _run(self):
        if self.action == "request":
            return self._chosen().action_request(self.reason)
        return super()._run()
