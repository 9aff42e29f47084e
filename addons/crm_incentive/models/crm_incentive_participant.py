from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmIncentiveParticipant(models.Model):
    """Somebody who earns: a representative, reseller or partner; or the house.

    - One row per partner and company; a user is one participant of a company.
    - The house receives direct shares that nobody earns, one per company, made by the
      first run that needs it.
    """

    _name = "crm.incentive.participant"
    _inherit = "crm.incentive.marked.mixin"
    _description = "Incentive Participant"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(related="partner_id.name", store=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", required=True, ondelete="restrict", index=True
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        ondelete="restrict",
        index="btree_not_null",
        help="Credits of documents of this salesperson, and of customers this user "
        "owns, are his; he sees his own statements.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    kind = fields.Selection(
        selection=[
            ("representative", "Representative"),
            ("reseller", "Reseller"),
            ("partner", "Partner"),
            ("house", "House"),
        ],
        default="representative",
        required=True,
    )
    active = fields.Boolean(default=True)
    assignment_ids = fields.One2many(
        comodel_name="crm.incentive.plan.assignment",
        inverse_name="participant_id",
        string="Plans",
    )

    _partner_unique = models.Constraint(
        "UNIQUE (company_id, partner_id, kind)",
        "This contact is a participant already.",
    )
    _user_unique = models.UniqueIndex(
        "(company_id, user_id) WHERE user_id IS NOT NULL",
        "This user is a participant already.",
    )
    _house_unique = models.UniqueIndex(
        "(company_id) WHERE kind = 'house'", "A company has one house."
    )

    @api.onchange("user_id")
    def _onchange_user_id(self):
        if self.user_id and not self.partner_id:
            self.partner_id = self.user_id.partner_id

    @api.ondelete(at_uninstall=False)
    def _unlink_except_credited(self):
        if self.env["crm.incentive.credit"]._is_named("participant_id", self):
            raise UserError(self.env._("Who was credited is kept: archive them."))

    def _marked_companies(self):
        """A house gets what nobody earns: it is on no plan."""
        return self.filtered(lambda each: each.kind != "house").company_id

    @api.model
    def _house(self, company):
        """The house of ``company``, made when missing."""
        participants = self.with_context(active_test=False)
        house = participants.search(
            [("company_id", "=", company.id), ("kind", "=", "house")]
        )
        return house or self.create(
            {
                "partner_id": company.partner_id.id,
                "company_id": company.id,
                "kind": "house",
            }
        )
