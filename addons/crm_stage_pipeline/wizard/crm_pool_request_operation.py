from odoo import api, fields, models


class CrmPoolRequestOperation(models.TransientModel):
    """Dialog of requests: apply by name, approve, refuse, and what came of it."""

    _name = "crm.pool.request.operation"
    _inherit = "crm.pool.dialog.mixin"
    _description = "Action on Requests"

    action = fields.Selection(
        selection=[
            ("apply", "Apply for a Customer"),
            ("approve", "Approve"),
            ("refuse", "Refuse"),
            ("withdraw", "Withdraw"),
        ],
        required=True,
        default="apply",
    )
    request_ids = fields.Many2many(comodel_name="crm.pool.request")
    name = fields.Char(string="Name or Number")
    words = fields.Char(string="Reason")
    message = fields.Text(string="Result", readonly=True)
    warning = fields.Text(compute="_compute_warning")

    @api.depends("request_ids", "action")
    def _compute_warning(self):
        for operation in self:
            full = operation.request_ids.filtered("is_at_cap")
            operation.warning = operation.action == "approve" and "\n".join(
                self.env._(
                    "%(applicant)s already holds %(count)s customers: no room.",
                    applicant=request.user_id.name,
                    count=request.held_count,
                )
                for request in full
            )

    def action_run(self):
        """Do it and show, row by row, what came of it."""
        self.ensure_one()
        if self.action == "apply":
            results = self.env["crm.pool.customer"].action_request_by_name(
                self.name, self.words
            )
        elif self.action == "approve":
            results = self.request_ids.action_approve(self.words)
        elif self.action == "withdraw":
            results = self.request_ids.action_withdraw()
        else:
            results = self.request_ids.action_refuse(self.words)
        self.write(
            {
                "state": "done",
                "message": "\n".join(row["message"] for row in results),
            }
        )
        return self._dialog()

    def action_close(self):
        """Close the dialog and load the list behind it anew."""
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _open(self, action, requests):
        """Start an action on requests. :return: the dialog"""
        operation = self.create(
            {"action": action, "request_ids": [fields.Command.set(requests.ids)]}
        )
        return operation._dialog() if action != "withdraw" else operation.action_run()
