from odoo import api, fields, models

# A contact of this kind does the open steps of that kind.
STEP_OF_CHANNEL = {"call": "call", "email": "mail", "letter": "mail"}


class CrmContactRecord(models.Model):
    """What is to be done next beside the visit: call, mail, check (待联待邮待查, G29).

    A step is done by hand, or by a later contact of its kind with the same customer
    by the same person.
    """

    _inherit = "crm.contact.record"

    step_kind = fields.Selection(
        selection=[("call", "To Call"), ("mail", "To Mail"), ("check", "To Check")],
        string="Next Step",
        copy=False,
    )
    step_at = fields.Datetime(string="Step Due", copy=False)
    is_step_done = fields.Boolean(string="Step Done", copy=False)

    _step_check = models.Constraint(
        "CHECK ((step_kind IS NULL) = (step_at IS NULL))",
        "A next step has a kind and a time.",
    )
    _step_idx = models.Index(
        "(user_id, step_at) WHERE step_kind IS NOT NULL AND is_step_done IS NOT TRUE"
    )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        doing = records.filtered(lambda record: record.channel in STEP_OF_CHANNEL)
        # they are the authors' own, whatever their right to edit reaches
        steps = self.search(
            [
                ("customer_id", "in", doing.customer_id.ids),
                ("user_id", "in", doing.user_id.ids),
                ("step_kind", "!=", False),
                ("is_step_done", "=", False),
                ("id", "not in", records.ids),
            ]
        )
        steps.filtered(
            lambda step: any(record._does_step(step) for record in doing)
        ).is_step_done = True
        return records

    def action_step_done(self):
        """Tick steps off."""
        self.is_step_done = True

    def action_track(self):
        """Open the customer's tracking screen."""
        return self.customer_id.action_track()

    def _does_step(self, step):
        """Whether this contact does an open step of an earlier one."""
        return (
            step.step_kind == STEP_OF_CHANNEL[self.channel]
            and step.customer_id == self.customer_id
            and step.user_id == self.user_id
            and step.date <= self.date
        )
