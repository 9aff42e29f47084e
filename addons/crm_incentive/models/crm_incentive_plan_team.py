from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmIncentivePlanTeam(models.Model):
    """A whole sales team on a plan: each run puts its members on it.

    - A member is on the plan from the day he joined the team, not before the team.
    - Who has left is on it until that day. Who is on the plan by himself stays so.
    """

    _name = "crm.incentive.plan.team"
    _inherit = "crm.incentive.marked.mixin"
    _description = "Incentive Plan of a Team"
    _order = "plan_id, date_from, id"
    _check_company_auto = True

    plan_id = fields.Many2one(
        comodel_name="crm.incentive.plan",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    team_id = fields.Many2one(
        comodel_name="crm.team", required=True, ondelete="restrict", index=True
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="Until")

    _order_of_days = models.Constraint(
        "CHECK (date_to IS NULL OR date_from <= date_to)",
        "An assignment ends on or after its first day.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.plan_id.assignment_ids.filtered(lambda a: a.team_line_id in self):
            raise UserError(
                self.env._("The team's members are on the plan: give it a last day.")
            )

    @api.model
    def _sync(self, company):
        """Bring the members' assignments in line with the teams'."""
        for line in self.search([("company_id", "=", company.id)]):
            line._sync_members()

    def _sync_members(self):
        members = self.env["crm.team.member"].with_context(active_test=False)
        members = members.search([("crm_team_id", "=", self.team_id.id)])
        participants = self.env["crm.incentive.participant"].search(
            [
                ("user_id", "in", members.user_id.ids),
                ("company_id", "=", self.company_id.id),
            ]
        )
        by_user = {each.user_id: each for each in participants}
        for member in members:
            if member.user_id in by_user:
                self._sync_member(member, by_user[member.user_id])

    def _sync_member(self, member, participant):
        first = max(self.date_from, member.create_date.date())
        last = self.date_to
        if not member.active:
            left = member.write_date.date()
            last = min(last, left) if last else left
        if last and last < first:
            return
        known = self.plan_id.assignment_ids.filtered(
            lambda a: a.participant_id == participant
        )
        mine = known.filtered(lambda a: a.team_line_id == self and a.date_from == first)
        if mine:
            if mine.date_to != last:
                mine.date_to = last
        elif not any(
            a.date_from <= (last or a.date_from)
            and (not a.date_to or a.date_to >= first)
            for a in known
        ):
            known.create(
                {
                    "plan_id": self.plan_id.id,
                    "participant_id": participant.id,
                    "team_line_id": self.id,
                    "date_from": first,
                    "date_to": last,
                }
            )


class CrmIncentivePlan(models.Model):
    """A plan of people and of teams."""

    _inherit = "crm.incentive.plan"

    team_line_ids = fields.One2many(
        comodel_name="crm.incentive.plan.team", inverse_name="plan_id", string="Teams"
    )


class CrmIncentivePlanAssignment(models.Model):
    """An assignment that came from a team."""

    _inherit = "crm.incentive.plan.assignment"

    team_line_id = fields.Many2one(
        comodel_name="crm.incentive.plan.team",
        string="From Team",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
