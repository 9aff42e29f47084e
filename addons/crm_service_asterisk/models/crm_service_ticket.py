from odoo import api, fields, models
from odoo.fields import Domain

CALLER_GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_user"


# Requests that one who comes gets of those that have waited.
WAITING = 5


class CrmServiceTicket(models.Model):
    """The call in which the customer asked, with its recordings (A5): they are found
    from the request by those who may hear the call."""

    _inherit = "crm.service.ticket"

    call_id = fields.Many2one(
        comodel_name="crm.call",
        string="Asked in Call",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        groups=CALLER_GROUP,
    )
    call_recording_ids = fields.One2many(
        related="call_id.recording_ids",
        string="Recordings",
        related_sudo=False,
        groups=CALLER_GROUP,
    )

    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        tickets._route_by_presence()
        return tickets

    def _route_by_presence(self):
        """Give requests of nobody to members of their team who are present.

        Superuser: the team shares the request out, whoever has entered it.
        """
        system = self.env["crm.pool.customer"]._privileged().env
        for ticket_sudo in self.with_env(system):
            team_sudo = ticket_sudo.team_id
            if ticket_sudo.user_id or not team_sudo.is_routed_by_presence:
                continue
            if users := team_sudo._present_users():
                ticket_sudo.user_id = users[0]

    @api.model
    def _route_waiting_to(self, user):
        """Somebody is at the telephone again: what has waited for the team goes on.
        One request for each of those who are present, and not everything to the first
        who comes."""
        teams = self.env["crm.service.team"].search(
            [("user_ids", "in", user.ids), ("is_routed_by_presence", "=", True)]
        )
        self.search(
            self._open_domain()
            & Domain("team_id", "in", teams.ids)
            & Domain("user_id", "=", False),
            order="priority desc, id",
            limit=WAITING,
        )._route_by_presence()
