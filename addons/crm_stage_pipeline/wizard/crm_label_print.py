import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..labels import draw

# More would hold up the server; nobody carries more to the post at once.
MOST = 2000


class CrmLabelPrint(models.TransientModel):
    """Print envelopes or labels of chosen customers or contacts (P56).

    Who has no postcode or street is named before, and left out unless wanted.
    """

    _name = "crm.label.print"
    _description = "Print Envelopes and Labels"

    format_id = fields.Many2one(
        comodel_name="crm.label.format",
        required=True,
        default=lambda self: self.env["crm.label.format"].search([], limit=1),
    )
    partner_ids = fields.Many2many(comodel_name="res.partner", string="Contacts")
    is_incomplete_printed = fields.Boolean(string="Print Incomplete Addresses Too")
    missing_text = fields.Text(
        string="Without Postcode or Street", compute="_compute_missing_text"
    )
    count = fields.Integer(string="Printed", compute="_compute_missing_text")
    file = fields.Binary(
        string="Preview", compute="_compute_file", help="As it will be printed."
    )

    @api.depends("partner_ids", "is_incomplete_printed")
    def _compute_missing_text(self):
        for wizard in self:
            missing = wizard.partner_ids - wizard._complete()
            wizard.missing_text = "\n".join(missing.mapped("display_name"))
            wizard.count = len(wizard._printed())

    @api.depends("format_id", "partner_ids", "is_incomplete_printed")
    def _compute_file(self):
        for wizard in self:
            printed = wizard._printed()[: wizard._in_page()]
            wizard.file = printed and base64.b64encode(wizard._draw(printed))

    def action_preview(self):
        """The dialog with the preview of what is chosen now."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Print Envelopes and Labels"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_print(self):
        """Make the PDF, and note who printed how many."""
        self.ensure_one()
        printed = self._printed()
        if not printed:
            raise UserError(
                self.env._(
                    "None of these addresses has a postcode and a street: complete "
                    "them or print the incomplete ones too."
                )
            )
        printed._check_pool_right("print")
        self.env["crm.pool.export"]._log(printed, [self.format_id.name], "print")
        attachment = self.env["ir.attachment"].create(
            {
                "name": f"{self.format_id.name}.pdf",
                "raw": self._draw(printed),
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "new",
        }

    @api.model
    def _open(self, records):
        """The dialog for customers or contacts of a list."""
        is_row = records._name == "crm.pool.customer"
        partners = records.partner_id if is_row else records
        if len(partners) > MOST:
            raise UserError(
                self.env._(
                    "At most %(most)s addresses are printed at once. Choose fewer.",
                    most=MOST,
                )
            )
        partners._check_pool_right("print")
        return self.create({"partner_ids": partners.ids}).action_preview()

    def _draw(self, partners):
        label = self.format_id
        return draw(label._to_sheet(), [label._draft(partner) for partner in partners])

    def _complete(self):
        def is_complete(partner):
            place = (
                partner
                if partner.street or partner.zip
                else (partner.commercial_partner_id)
            )
            return place.street and place.zip

        return self.partner_ids.filtered(is_complete)

    def _printed(self):
        return self.partner_ids if self.is_incomplete_printed else self._complete()

    def _in_page(self):
        return self.format_id.column_count * self.format_id.row_count
