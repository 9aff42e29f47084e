import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.crm_stage_pipeline.models.number_field import NumberField

from ..fax import Paper

LARGEST = 20 << 20
BATCH = 5


class CrmFax(models.Model):
    """A fax without paper (A11, G33): a PDF that goes to a number, or came from one.

    - What is to be sent waits in a queue; the connector makes pages of it and has the
      PBX send them, tries again and keeps the reason of each failure.
    - What was sent or has come stands at the customer as a contact record.
    - A fax is seen with its customer; one from a stranger by leaders.
    """

    _name = "crm.fax"
    _inherit = "crm.call.retry.mixin"
    _description = "Fax"
    _order = "id desc"
    _check_company_auto = True

    _number_partner_paths = ("partner_id",)
    _number_key_field = "e164"
    _again_after = timedelta(minutes=5)
    _heard_within = timedelta(minutes=15)
    _waiting_state = "queued"
    _trying_state = "sending"

    @api.model
    def _default_server(self):
        return self.env["asterisk.server"].search(
            [("company_id", "=", self.env.company.id), ("fax_trunk", "!=", False)],
            limit=1,
        )

    name = fields.Char(string="Subject", required=True)
    direction = fields.Selection(
        selection=[("out", "Outgoing Fax"), ("in", "Incoming Fax")],
        required=True,
        default="out",
        readonly=True,
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("queued", "Waiting"),
            ("sending", "Sending"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("receiving", "Being Received"),
            ("received", "Received"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    number = NumberField(
        compute="_compute_number",
        store=True,
        readonly=False,
        precompute=True,
        help="The fax number; the contact's own when he has one.",
    )
    e164 = NumberField(copy=False)
    server_id = fields.Many2one(
        comodel_name="asterisk.server",
        string="PBX",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self._default_server(),
        check_company=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(string="Sender", default=lambda self: self.env.user)
    template_id = fields.Many2one(
        comodel_name="crm.fax.template",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Cover sheet and seal; and the document, when none is chosen here.",
    )
    note = fields.Text(string="Words on the Cover Sheet")
    is_on_demand = fields.Boolean(
        readonly=True, copy=False, help="A caller has asked the PBX for it."
    )
    document = fields.Binary(attachment=True, help="A PDF.")
    filename = fields.Char()
    page_count = fields.Integer(string="Pages", readonly=True, copy=False)
    reason = fields.Char(
        readonly=True, copy=False, help="Why the last try failed, as the PBX says."
    )
    due_at = fields.Datetime(string="Next Try", copy=False)
    done_at = fields.Datetime(string="Date", readonly=True, copy=False)
    file_name = fields.Char(
        groups="base.group_system", readonly=True, copy=False, string="File of the PBX"
    )
    call_id = fields.Many2one(copy=False)
    record_id = fields.Many2one(
        comodel_name="crm.contact.record",
        string="Contact Record",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )

    _file_uniq = models.UniqueIndex("(server_id, file_name)")
    _due_idx = models.Index(
        "(server_id, due_at) WHERE state IN ('queued', 'sending', 'receiving')"
    )

    @api.depends("partner_id")
    def _compute_number(self):
        for fax in self:
            # computed with all rights: a hidden contact's number is not told
            visible = fax.partner_id.sudo(False).has_access("read")
            rows = fax.partner_id.phone_number_ids if visible else ()
            found = next((row for row in rows if row.kind == "fax"), rows[:1])
            fax.number = (found and found.number) or fax.number

    @api.constrains("document", "direction")
    def _check_document(self):
        for fax in self.filtered(lambda fax: fax.document and fax.direction == "out"):
            self._check_pdf(fax.document)

    @api.model_create_multi
    def create(self, vals_list):
        faxes = super().create(vals_list)
        faxes._check_partner()
        return faxes

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals:
            self._check_partner()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_alone(self):
        if any(fax.state not in ("draft", "queued") for fax in self):
            raise UserError(self.env._("A fax that was sent or received is kept."))

    def action_send(self):
        """Into the queue."""
        for fax in self:
            fax.check_access("write")
            fax._check_sendable()
            number = fax._whole_number()
            dialled, e164 = self.env["crm.call"]._number_to_dial(fax.server_id, number)
            self.env["crm.call"]._check_restriction(
                fax.partner_id, e164 or dialled, "fax"
            )
            customer = fax.partner_id.commercial_partner_id.pool_customer_id
            # who reads the number masked may send to it
            fax.with_env(self.env["crm.pool.customer"]._privileged().env).write(
                {
                    "state": "queued",
                    "e164": e164,
                    "customer_id": customer.id,
                    "try_count": 0,
                    "reason": False,
                    "due_at": fields.Datetime.now(),
                    "user_id": self.env.uid,
                }
            )
        return True

    def action_cancel(self):
        """Not sent any more."""
        self.check_access("write")
        self.filtered(lambda fax: fax.state == "queued").state = "draft"
        return True

    def action_forward(self):
        """A new fax with the same pages, to somebody else."""
        self.ensure_one()
        self.check_access("read")
        return self._open_copy({"partner_id": False, "number": False})

    def action_reply(self):
        """A new fax to the sender."""
        self.ensure_one()
        self.check_access("read")
        vals = {"partner_id": self.partner_id.id, "number": self._whole_number()}
        return self._open_copy({**vals, "document": False, "filename": False})

    @api.model
    def _check_pdf(self, document):
        """Raises ValidationError unless it is a PDF that can be sent.

        :param document: base64
        """
        data = base64.b64decode(document)
        if not data.startswith(b"%PDF-"):
            raise ValidationError(
                self.env._("Only PDF documents can be faxed: print it to a PDF.")
            )
        if len(data) > LARGEST:
            raise ValidationError(
                self.env._("The document is larger than 20 MB: send a part of it.")
            )

    def _paper(self):
        """What the pages are made of."""
        self.ensure_one()
        template = self.template_id
        return Paper(
            base64.b64decode(self.document or template.document or b""),
            template._cover_html(self) if template else "",
            template._seal_bytes(),
            template.seal_corner or "",
        )

    def _check_partner(self):
        """Nobody faxes a contact whom he does not see."""
        if not self.env.su:
            self.partner_id.check_access("read")

    def _check_sendable(self):
        self.ensure_one()
        if self.state not in ("draft", "failed") or self.direction != "out":
            raise UserError(self.env._("This fax has been sent already."))
        if not (self.document or self.template_id.document):
            raise UserError(self.env._("Choose the PDF that is to be sent."))
        if not self.number:
            raise UserError(self.env._("Enter the fax number."))
        if not self.server_id.fax_trunk:
            raise UserError(
                self.env._(
                    "The telephone system %(pbx)s does not send faxes: enter its fax "
                    "trunk and folder.",
                    pbx=self.server_id.name,
                )
            )

    def _whole_number(self):
        """What the exchange gets, and who reads it masked does not see.

        Superuser: the number is not shown.
        """
        return self.with_env(self.env["crm.pool.customer"]._privileged().env).number

    def _open_copy(self, vals):
        new = self.copy(
            {**vals, "direction": "out", "user_id": self.env.uid, "customer_id": False}
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": new.id,
            "views": [[False, "form"]],
        }

    # what has become of it

    def _finish(self, status, reason, pages, call):
        """The PBX has tried to send it."""
        self.ensure_one()
        if status == "SUCCESS":
            self.write({"state": "sent", "reason": False, "page_count": pages})
            self._record(call)
        else:
            self._try_again(reason=reason)

    def _record(self, call):
        """A contact record at the customer."""
        self.done_at = fields.Datetime.now()
        self.call_id = call
        user = self.user_id or self.customer_id.owner_id
        if self.customer_id and user:
            self.record_id = self.env["crm.contact.record"].create(
                {
                    "customer_id": self.customer_id.id,
                    "partner_id": self.customer_id.partner_id.id,
                    "user_id": user.id,
                    "channel": "fax",
                    "direction": self.direction,
                    "date": self.done_at,
                    "note": self.name,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
