import base64
import re

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# What callers of the fax on demand get: by number in a day, by company in an hour.
PER_NUMBER, PER_COMPANY = 3, 60
_CODE = re.compile(r"[0-9]{1,8}")


class CrmFaxTemplate(models.Model):
    """How faxes of a kind look (G33): cover sheet, seal, and the document itself when
    it is always the same; by its number callers have it faxed to them."""

    _name = "crm.fax.template"
    _description = "Fax Template"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    has_cover = fields.Boolean(
        string="Cover Sheet",
        default=True,
        help="A first page with recipient, sender, date, subject and your words.",
    )
    cover_text = fields.Text(
        translate=True, help="Stands on every cover sheet, below your words."
    )
    seal = fields.Image(
        string="Seal or Signature",
        max_width=1024,
        max_height=1024,
        help="Put on the last page of the document. Black on white is read best.",
    )
    seal_corner = fields.Selection(
        selection=[
            ("bottom_right", "Bottom Right"),
            ("bottom_left", "Bottom Left"),
            ("top_right", "Top Right"),
            ("top_left", "Top Left"),
        ],
        required=True,
        default="bottom_right",
    )
    document = fields.Binary(
        attachment=True, help="A PDF that is sent when the fax has none of its own."
    )
    filename = fields.Char()
    code = fields.Char(
        string="Number for Callers",
        copy=False,
        help="Digits that a caller enters to have the document faxed to the number he "
        "calls from. Empty: callers do not get it.",
    )

    _code_uniq = models.UniqueIndex(
        "(company_id, code) WHERE code IS NOT NULL AND code != ''",
        "Another template has this number for callers.",
    )

    @api.constrains("code", "document")
    def _check_code(self):
        for template in self.filtered("code"):
            if not _CODE.fullmatch(template.code):
                raise ValidationError(
                    self.env._("The number for callers has 1 to 8 digits.")
                )
            if not template.document:
                raise ValidationError(
                    self.env._("Choose the document that callers are to get.")
                )

    @api.constrains("document")
    def _check_document(self):
        for template in self.filtered("document"):
            self.env["crm.fax"]._check_pdf(template.document)

    @api.model
    def _on_demand(self, server, code, number):
        """A caller asks for a document (fax on demand).

        :param number: whom it goes to, as the PBX presents the caller
        :return: queued, unknown (no such document), refused (no number to fax to, a
            restriction, too many)
        """
        template = self.search(
            [("company_id", "=", server.company_id.id), ("code", "=", code)], limit=1
        )
        if not code or not template or not server.fax_trunk:
            return "unknown"
        country = server.country_id or server.company_id.country_id
        e164 = self.env["crm.call.callback"]._home_number(country, number)
        if not e164 or self._is_refused(server.company_id, e164):
            return "refused"
        customer = server._customer_calling(e164)
        self.env["crm.fax"].create(
            {
                "name": template.name,
                "template_id": template.id,
                "number": e164,
                "e164": e164,
                "partner_id": customer.partner_id.id,
                "customer_id": customer.id,
                "server_id": server.id,
                "company_id": server.company_id.id,
                "user_id": customer.owner_id.id,
                "is_on_demand": True,
                "state": "queued",
                "due_at": fields.Datetime.now(),
            }
        )
        return "queued"

    @api.model
    def _is_refused(self, company, e164):
        """Whether the number may get no fax, or has asked too often."""
        now = fields.Datetime.now()
        limits = (
            (PER_NUMBER, {"days": 1}, ("e164", "=", e164)),
            (PER_COMPANY, {"hours": 1}, ("company_id", "=", company.id)),
        )
        too_many = any(
            self.env["crm.fax"].search_count(
                [
                    ("is_on_demand", "=", True),
                    ("create_date", ">", fields.Datetime.subtract(now, **period)),
                    who,
                ]
            )
            >= most
            for most, period, who in limits
        )
        restrictions = self.env["crm.contact.restriction"].with_company(company)
        return too_many or bool(
            restrictions._restriction_for(number=e164, channel="fax")
        )

    def _seal_bytes(self):
        return base64.b64decode(self.seal) if self.seal else b""

    def _cover_html(self, fax):
        """The cover sheet of a fax; empty when the template has none."""
        if not self.has_cover:
            return ""
        lang = fax.partner_id.lang or fax.user_id.lang or self.env.lang
        template = self.with_context(lang=lang)
        body = self.env["ir.qweb"]._render(
            "crm_asterisk.crm_fax_cover",
            {
                "fax": fax.with_context(lang=lang),
                "template": template,
                "date": fields.Date.context_today(
                    fax.with_context(tz=fax.user_id.tz or "UTC")
                ),
            },
            lang=lang,
        )
        return str(Markup("<!DOCTYPE html>") + body)
