from odoo import fields, models


class AsteriskQueue(models.Model):
    """A queue of the PBX, and whose telephones log in to it.

    Who is logged in now is what the PBX says (asterisk.queue.member); the agents listed
    here are put in when they log in.
    """

    _name = "asterisk.queue"
    _description = "Queue"
    _order = "server_id, name"
    _check_company_auto = True

    name = fields.Char(required=True, help="As the PBX names it, like sales.")
    server_id = fields.Many2one(
        comodel_name="asterisk.server",
        string="PBX",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="server_id.company_id", store=True)
    user_ids = fields.Many2many(
        comodel_name="res.users",
        string="Agents",
        domain=[("share", "=", False)],
        help="Their telephones are put into the queue when they log in.",
    )
    member_ids = fields.One2many(
        comodel_name="asterisk.queue.member", inverse_name="queue_id"
    )
    ready_count = fields.Integer(string="Ready", compute="_compute_counts")
    paused_count = fields.Integer(string="Paused", compute="_compute_counts")
    waiting_count = fields.Integer(
        string="Waiting", compute="_compute_counts", help="Callers nobody talks with."
    )

    _name_uniq = models.UniqueIndex(
        "(server_id, name)", "This queue is already listed for the PBX."
    )

    def _compute_counts(self):
        rows = (
            self.env["crm.call"]
            ._as_exchange()
            ._read_group(
                [
                    ("state", "in", ("ringing", "waiting")),
                    ("server_id", "in", self.server_id.ids),
                    ("queue", "in", self.mapped("name")),
                ],
                ["server_id", "queue"],
                ["__count"],
            )
        )
        waiting = {(server.id, name): count for server, name, count in rows}
        for queue in self:
            members = queue.member_ids
            queue.paused_count = len(members.filtered("is_paused"))
            queue.ready_count = len(members) - queue.paused_count
            queue.waiting_count = waiting.get((queue.server_id.id, queue.name), 0)
