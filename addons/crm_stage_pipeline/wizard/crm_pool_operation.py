from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.crm_pool_stage import STAGE_CODES

# codes that mean that something was done
DONE_CODES = {
    "claimed",
    "released",
    "moved",
    "assigned",
    "shared",
    "unshared",
    "paused",
    "resumed",
}


class CrmPoolOperation(models.TransientModel):
    """One action on a set of customers: asks what it needs, shows what came of it.

    Every customer has a line with a sentence; refusals come first.
    """

    _name = "crm.pool.operation"
    _inherit = "crm.pool.dialog.mixin"
    _description = "Action on Customers"

    action = fields.Selection(
        selection=[
            ("claim", "Claim"),
            ("screen", "Screen"),
            ("draw", "Draw at Random"),
            ("release", "Release"),
            ("promote", "Promote"),
            ("demote", "Demote"),
            ("move", "Move to Stage"),
            ("assign", "Assign"),
            ("share", "Add Collaborator"),
            ("unshare", "Remove Collaborator"),
            ("pause", "Pause Tracking"),
            ("resume", "Resume Tracking"),
        ],
        required=True,
    )
    customer_ids = fields.Many2many(
        comodel_name="crm.pool.customer", string="Customers"
    )
    customer_count = fields.Integer(compute="_compute_customer_count")
    stage_code = fields.Selection(
        selection=STAGE_CODES,
        string="To Stage",
        help="Empty: into the archive, without stage.",
    )
    from_code = fields.Selection(
        selection=STAGE_CODES, string="From Stage", default="reserve"
    )
    count = fields.Integer(string="How Many", default=20)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Person",
        domain="[('share', '=', False), ('company_ids', 'in', allowed_company_ids)]",
    )
    is_readonly = fields.Boolean(string="May Only Read")
    reason = fields.Char()
    line_ids = fields.One2many(
        comodel_name="crm.pool.operation.line", inverse_name="operation_id"
    )
    done_count = fields.Integer(string="Done", readonly=True)
    refused_count = fields.Integer(string="Refused", readonly=True)

    @api.depends("customer_ids")
    def _compute_customer_count(self):
        for operation in self:
            operation.customer_count = len(operation.customer_ids)

    def action_run(self):
        """Run the action and show its result, row by row."""
        self.ensure_one()
        return self._perform()

    @api.model
    def _open(self, action, customers):
        """Start `action` on customers: ask what is missing, else run it at once.

        :return: a client action: the dialog, or a message when all went well
        """
        operation = self.create(
            {
                "action": action,
                "customer_ids": [fields.Command.set(customers.ids)],
                "stage_code": self._proposed_code(action, customers),
            }
        )
        if operation._needs_answers():
            return operation._dialog()
        return operation._perform()

    @api.model
    def _proposed_code(self, action, customers):
        """The stage that is proposed: the next one up or down of the first row."""
        if action == "screen":
            return "target"
        if action not in ("promote", "demote"):
            return False
        moves = self.env["crm.pool.transition"]._move_table()
        roles = set(self.env.user.all_group_ids.ids)
        targets = moves.targets(action, customers[:1].stage_code or None, roles)
        if not targets:
            return False
        if action == "promote":
            return targets[0] or False
        return next((code for code in targets if code == "reserve"), targets[-1])

    def _needs_answers(self):
        """Whether the user must fill something in before this action can run."""
        if self.action == "release":
            return any(
                customer.owner_id and customer.owner_id != self.env.user
                for customer in self.customer_ids
            )
        return self.action not in ("claim", "pause", "resume")

    def _perform(self):
        return self._show(self._run())

    def _chosen(self):
        """The customers that the action is for."""
        return self.customer_ids

    def _run(self):
        """Call the action. :return: its results, a dict per customer"""
        customers = self._chosen()
        if self.action == "draw":
            return customers.action_claim_random(
                self.count, [], self.from_code or "reserve"
            )
        if not customers:
            raise UserError(self.env._("Select customers first."))
        arguments = {
            "screen": (self.stage_code,),
            "release": (self.reason,),
            "promote": (self.stage_code,),
            "demote": (self.stage_code, self.reason),
            "move": (self.stage_code, self.reason),
            "assign": (self.user_id.id, self.reason),
            "share": (self.user_id.id, self.is_readonly),
            "unshare": (self.user_id.id,),
        }.get(self.action, ())
        return getattr(customers, f"action_{self.action}")(*arguments)

    def _show(self, results):
        """Show results: a message when all went well, else the list of rows."""
        done = [row for row in results if row["code"] in DONE_CODES]
        refused = [row for row in results if row["code"] not in DONE_CODES]
        if not refused:
            return self._message(done)
        self.write(
            {
                "state": "done",
                "done_count": len(done),
                "refused_count": len(refused),
                "line_ids": [
                    fields.Command.clear(),
                    *self._line_commands(refused + done),
                ],
            }
        )
        return self._dialog()

    def _line_commands(self, results):
        """A line for each result; without its customer if the user does not see it
        (any more)."""
        ids = [row["customer_id"] for row in results if row["customer_id"]]
        customers = self.env["crm.pool.customer"].browse(ids)
        visible_ids = set(customers.exists()._filtered_access("read").ids)
        return [
            fields.Command.create(
                {
                    "customer_id": (
                        row["customer_id"] in visible_ids and row["customer_id"]
                    ),
                    "code": row["code"],
                    "message": row["message"],
                    "is_done": row["code"] in DONE_CODES,
                }
            )
            for row in results
        ]

    def _message(self, done):
        """A short message, and the list behind it loaded anew."""
        text = (
            done[0]["message"]
            if len(done) == 1
            else self.env._("%(count)s customers: done.", count=len(done))
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": text,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }


class CrmPoolOperationLine(models.TransientModel):
    """What came of an action for one customer."""

    _name = "crm.pool.operation.line"
    _description = "Result for a Customer"
    _order = "id"

    operation_id = fields.Many2one(
        comodel_name="crm.pool.operation",
        required=True,
        index=True,
        ondelete="cascade",
    )
    customer_id = fields.Many2one(comodel_name="crm.pool.customer", ondelete="cascade")
    code = fields.Char(readonly=True)
    message = fields.Char(string="Result", readonly=True)
    is_done = fields.Boolean(readonly=True)
