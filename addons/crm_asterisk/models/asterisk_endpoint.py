from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..ami import dialable, endpoint_name
from ..ami.messages import ValueRefused

# What a device state of the PBX means for somebody who wants to dial.
OFFLINE = ("UNAVAILABLE", "INVALID")
OCCUPIED = ("INUSE", "BUSY", "RINGING", "RINGINUSE", "ONHOLD")
STATUS_BY_STATE = {
    "NOT_INUSE": "free",
    **dict.fromkeys(OCCUPIED, "busy"),
    "RINGING": "ringing",
    **dict.fromkeys(OFFLINE, "offline"),
}


class AsteriskEndpoint(models.Model):
    """A telephone of an agent: the channel that rings, compared as a whole, so that
    PJSIP/101 is never taken for PJSIP/1011."""

    _name = "asterisk.endpoint"
    _description = "Telephone"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(string="Channel", required=True, help="Like PJSIP/101.")
    sequence = fields.Integer(default=10)
    server_id = fields.Many2one(
        comodel_name="asterisk.server",
        string="PBX",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="server_id.company_id", store=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Agent",
        index=True,
        domain=[("share", "=", False)],
        ondelete="set null",
    )
    extension = fields.Char(
        compute="_compute_extension",
        store=True,
        readonly=False,
        help="What a colleague dials to reach this telephone.",
    )
    device_state = fields.Char(
        readonly=True,
        copy=False,
        help="As the PBX says: NOT_INUSE, INUSE, UNAVAILABLE.",
    )

    device_status = fields.Selection(
        selection=[
            ("free", "Free"),
            ("busy", "Busy"),
            ("ringing", "Ringing"),
            ("offline", "Not Registered"),
        ],
        string="Telephone",
        compute="_compute_device_status",
    )

    _name_uniq = models.UniqueIndex(
        "(server_id, name)", "This telephone is already listed for the PBX."
    )

    @api.depends("name")
    def _compute_extension(self):
        for endpoint in self:
            end = (endpoint.name or "").rpartition("/")[2]
            endpoint.extension = end if end.isdecimal() else endpoint.extension

    @api.depends("device_state")
    def _compute_device_status(self):
        for endpoint in self:
            endpoint.device_status = STATUS_BY_STATE.get(endpoint.device_state)

    @api.constrains("name")
    def _check_name(self):
        for endpoint in self:
            try:
                endpoint_name(endpoint.name)
            except ValueRefused as error:
                raise ValidationError(
                    self.env._(
                        "%(name)s is no telephone: write it like PJSIP/101.",
                        name=endpoint.name,
                    )
                ) from error

    @api.constrains("extension")
    def _check_extension(self):
        for endpoint in self.filtered("extension"):
            try:
                dialable(endpoint.extension)
            except ValueRefused as error:
                raise ValidationError(
                    self.env._("An extension holds digits, +, * and # alone.")
                ) from error

    @api.model
    def _for_user(self, user, company):
        """The user's telephone in the company; empty when he has none."""
        return self.search(
            [
                ("user_id", "=", user.id),
                ("server_id.active", "=", True),
                ("company_id", "=", company.id),
            ],
            limit=1,
        )

    def _is_busy(self):
        """Whether the telephone is in a call that goes on.

        The PBX tells the state of a device apart from its channels and, under load,
        seconds after them: "busy" is believed while a channel of the telephone lives
        that nobody has asked to hang up. Who dials the next customer when the last
        call has ended is not told that his telephone is busy; a telephone that is
        busy all the same refuses by itself.
        """
        self.ensure_one()
        if self.device_state not in OCCUPIED:
            return False
        calls_sudo = self.env["crm.call"]._as_exchange()
        legs_sudo = calls_sudo.channel_ids.search(
            [("endpoint_id", "=", self.id), ("ended_at", "=", False)]
        )
        hanging_up = self.env["asterisk.command"]._channels_to_hang_up(self.server_id)
        return not hanging_up.issuperset(legs_sudo.mapped("name"))
