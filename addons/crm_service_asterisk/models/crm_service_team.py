from odoo import fields, models


class CrmServiceTeam(models.Model):
    _inherit = "crm.service.team"

    is_routed_by_presence = fields.Boolean(
        string="Assign to Who Is Present",
        help="A new request goes to a member who is logged in at the telephone and "
        "not paused: first to one who is not in a call, then to the one with the "
        "fewest open requests. While nobody is present requests wait, the urgent and "
        "the older ones first, for the next member who logs in or ends a pause.",
    )

    def _present_users(self):
        """Members who are at the telephone, the one to be chosen first.

        Superuser: who is present, and how much everybody has to do, is compared, not
        shown.
        """
        self.ensure_one()
        system = self.env["crm.pool.customer"]._privileged().env
        endpoints_sudo = system["asterisk.endpoint"].search(
            [
                ("user_id", "in", self.user_ids.ids),
                ("agent_state", "=", "ready"),
                ("server_id.company_id", "=", self.company_id.id),
            ]
        )
        tickets_sudo = system["crm.service.ticket"]
        counts = dict(
            tickets_sudo._read_group(
                tickets_sudo._open_domain()
                & fields.Domain("user_id", "in", endpoints_sudo.user_id.ids),
                ["user_id"],
                ["__count"],
            )
        )
        free = endpoints_sudo.filtered("is_free").user_id
        ordered = endpoints_sudo.user_id.sorted(
            lambda user: (user not in free, counts.get(user, 0), user.id)
        )
        return ordered.with_env(self.env)
