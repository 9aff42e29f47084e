from odoo import fields, models

# Asterisk's QUEUE_PRIO by the customer's grade: higher is served first.
PRIORITY_BY_GRADE = {"a": 10, "b": 5, "c": 2}


class AsteriskQueue(models.Model):
    """How callers of a queue are distributed (A8, A6, A9).

    The PBX asks for it once for each call (FastAGI, see asterisk_server_agi.py) and
    does what the answer says; without an answer the call goes into the queue as it is.
    """

    _inherit = "asterisk.queue"

    is_own_agent_first = fields.Boolean(
        string="Own Agent First",
        default=True,
        help="A caller who is somebody's customer rings there first, when that "
        "telephone is free and its agent is not paused.",
    )
    own_agent_seconds = fields.Integer(
        default=12,
        required=True,
        help="How long it rings at the own agent before the queue.",
    )
    is_grade_first = fields.Boolean(
        string="Valued Customers First",
        help="Customers of value A, B and C come before others who wait.",
    )
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Opening Hours",
        check_company=True,
        help="Outside of these hours the PBX plays its closing message. Empty: always "
        "open.",
    )
    is_survey_asked = fields.Boolean(
        string="Ask for Satisfaction",
        help="When the agent has hung up, the caller is asked for a score of 1 to 5.",
    )
    recording = fields.Selection(
        selection=[
            ("all", "Every Call"),
            ("ask", "After Consent"),
            ("none", "No Call"),
        ],
        string="Record",
        required=True,
        default="all",
        help="After Consent: the PBX asks the caller first, who presses 1 to agree.",
    )
    wrapup_seconds = fields.Integer(
        string="Wrap-up Time (s)",
        help="After a call of this queue the agent gets no other one for so long, or "
        "until he says that he is ready.",
    )
    is_web_callback = fields.Boolean(
        string="Web Callback",
        help="Visitors of /callback may ask to be called; their calls go to the "
        "agents of this queue.",
    )

    _seconds_check = models.Constraint(
        "CHECK (own_agent_seconds BETWEEN 1 AND 120)",
        "The own agent's telephone rings for 1 to 120 seconds.",
    )
    _wrapup_check = models.Constraint(
        "CHECK (wrapup_seconds BETWEEN 0 AND 3600)",
        "Wrap-up takes between nothing and an hour.",
    )

    def _is_open(self, now=None):
        """Whether people work in the queue's opening hours now; True without hours."""
        self.ensure_one()
        if not self.calendar_id:
            return True
        start = (now or fields.Datetime.now()).replace(microsecond=0)
        hours = self.calendar_id.get_work_hours_count(
            start, fields.Datetime.add(start, minutes=1)
        )
        return hours > 0

    def _inbound_variables(self, customer):
        """What the dialplan is told of a caller, for this queue.

        :param customer: crm.pool.customer, empty for strangers
        """
        self.ensure_one()
        endpoint = self.env["asterisk.endpoint"]
        if self.is_own_agent_first and customer.owner_id:
            endpoint = endpoint.search(
                [
                    ("server_id", "=", self.server_id.id),
                    ("user_id", "=", customer.owner_id.id),
                ]
            ).filtered("is_free")[:1]
        priority = 0
        if self.is_grade_first:
            priority = PRIORITY_BY_GRADE.get(customer.value_grade, 0)
        return {
            "ODOO_OPEN": "1" if self._is_open() else "0",
            "ODOO_AGENT": endpoint.name or "",
            "ODOO_AGENT_SECONDS": str(self.own_agent_seconds),
            "ODOO_PRIORITY": str(priority),
            "ODOO_RECORD": {"all": "1", "none": "0"}.get(self.recording, "ask"),
            "ODOO_SURVEY": "1" if self.is_survey_asked else "0",
        }
