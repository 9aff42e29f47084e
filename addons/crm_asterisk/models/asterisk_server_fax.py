import base64
import re
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .crm_fax import BATCH

_STATION = re.compile(r"[0-9+ ]{0,20}")
_HEADER = re.compile(r"[A-Za-z0-9 .-]{0,40}")
_FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,120}\.tif")


class AsteriskServer(models.Model):
    """Fax through the PBX (A11): its modules res_fax and res_fax_spandsp."""

    _inherit = "asterisk.server"

    fax_trunk = fields.Char(
        help="Endpoint of the PBX that takes faxes out, like trunk for PJSIP/trunk. "
        "Empty: no fax.",
    )
    fax_folder = fields.Char(
        groups="base.group_system",
        copy=False,
        help="Folder of the pages, as the connector sees it and as the dialplan names "
        "it (ODOO_FAX_FOLDER).",
    )

    fax_station = fields.Char(
        string="Fax Number",
        help="Printed at the top of each page that is sent, and told to the other "
        "machine: digits, + and spaces, at most 20.",
    )
    fax_header = fields.Char(
        string="Sender on Each Page",
        help="Printed at the top of each page beside date, number and page: letters "
        "that every machine knows, at most 40.",
    )

    @api.constrains("fax_station", "fax_header")
    def _check_fax_line(self):
        for server in self:
            if not _STATION.fullmatch(server.fax_station or ""):
                raise ValidationError(
                    self.env._("The fax number holds digits, + and spaces alone.")
                )
            if not _HEADER.fullmatch(server.fax_header or ""):
                raise ValidationError(
                    self.env._(
                        "The sender on each page holds letters from A to Z, digits, "
                        "spaces, . and - alone."
                    )
                )

    @api.constrains("fax_trunk")
    def _check_fax_trunk(self):
        for server in self.filtered("fax_trunk"):
            if not re.fullmatch(r"[A-Za-z0-9_.-]{1,60}", server.fax_trunk):
                raise ValidationError(
                    self.env._("%(word)s is no endpoint.", word=server.fax_trunk)
                )

    def _fax_path(self, name):
        """A file of the fax folder; None for anything else."""
        self.ensure_one()
        if not self.fax_folder or not _FILE.fullmatch(name or ""):
            return None
        return Path(self.fax_folder) / name

    # the connector's work; pages are made between these steps, outside of transactions

    def _take_faxes(self):
        """What is due to be sent: it is being sent from now on, and is never sent by a
        second connector.

        :return: [(id, Paper, path of the TIFF)]
        """
        self.ensure_one()
        found = []
        for fax in self.env["crm.fax"]._due(self, BATCH):
            if fax.state == "sending":
                fax._finish("FAILED", self.env._("Nothing was heard of it."), 0, None)
                continue
            name = f"out-{fax.id}-{fax.try_count + 1}.tif"
            fax._begin_try(file_name=name)
            found.append((fax.id, fax._paper(), self._fax_path(name)))
        return found

    def _send_fax(self, fax_id, problem):
        """The pages are made, or cannot be."""
        fax = self.env["crm.fax"].browse(fax_id)
        if problem:
            # no other try makes another page of it
            fax.write({"state": "failed", "reason": problem[:200]})
            return
        dialled, _e164 = self.env["crm.call"]._number_to_dial(self, fax.number)
        command_sudo = self.env["asterisk.command"]._queue(
            self,
            "fax",
            {
                "trunk": self.fax_trunk,
                "number": dialled,
                "file": fax.file_name,
                "header": self.fax_header or "",
                "station": self.fax_station or "",
            },
            number=fax.e164 or dialled,
            partner_id=fax.partner_id.id,
            customer_id=fax.customer_id.id,
            user_id=fax.user_id.id,
        )
        fax.last_uuid = command_sudo.uuid

    def _receiving_faxes(self):
        """Of what has come the pages are still to be read: [(id, path)]"""
        faxes = self.env["crm.fax"].search(
            [("server_id", "=", self.id), ("state", "=", "receiving")], limit=BATCH
        )
        return [(fax.id, self._fax_path(fax.file_name)) for fax in faxes]

    def _receive_fax(self, fax_id, pdf, problem):
        fax = self.env["crm.fax"].browse(fax_id)
        if problem:
            fax.write({"state": "failed", "reason": problem[:200]})
            return
        fax.write(
            {
                "state": "received",
                "document": base64.b64encode(pdf),
                "filename": f"{Path(fax.file_name).stem}.pdf",
            }
        )
        fax._record(fax.call_id)
        owner = fax.customer_id.owner_id
        if owner:
            fax.customer_id.partner_id.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=owner.id,
                summary=self.env._("Fax received: %(name)s", name=fax.name),
            )
