from odoo import fields, models


class CrmCallCampaignOutcome(models.Model):
    """How a campaign goes on after an outcome (T4).

    - An outcome whose flags end the matter (done, sale, not interested, wrong
      number, do not call) ends the callee, whatever is set here.
    - A callback comes back at the time that was agreed.
    - Any other outcome comes back after the delay, as often as allowed here.
    """

    _name = "crm.call.campaign.outcome"
    _description = "Campaign Outcome"
    _order = "sequence, id"

    campaign_id = fields.Many2one(
        comodel_name="crm.call.campaign", required=True, index=True, ondelete="cascade"
    )
    outcome_id = fields.Many2one(
        comodel_name="crm.contact.outcome", required=True, ondelete="restrict"
    )
    sequence = fields.Integer(default=10)
    delay_minutes = fields.Integer(
        string="Again After (min)",
        default=120,
        help="Minutes until the callee is offered again. 0: never.",
    )
    max_times = fields.Integer(
        string="At Most",
        default=3,
        help="How often this outcome may bring the callee back.",
    )
    stage_code = fields.Selection(
        selection=[
            ("target", "Target"),
            ("potential", "Potential"),
            ("opportunity", "Opportunity"),
        ],
        string="Move Customer To",
        help="The customer is promoted to this stage, as far as the agent may.",
    )
    next_visit_days = fields.Integer(
        string="Next Visit (days)",
        help="Sets the customer's next visit so many days later. 0: leaves it.",
    )

    _campaign_outcome_uniq = models.UniqueIndex(
        "(campaign_id, outcome_id)", "An outcome stands once in a campaign."
    )
    _delay_check = models.Constraint(
        "CHECK (delay_minutes >= 0 AND max_times >= 0 AND next_visit_days >= 0)",
        "Delays, repetitions and days are not negative.",
    )
