from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..labels import Sheet, Text

PARTS = [
    ("recipient", "Recipient"),
    ("function", "Recipient's Position"),
    ("customer", "Customer Name"),
    ("street", "Street"),
    ("city", "City"),
    ("zip", "Postcode"),
    ("country", "Country"),
    ("address", "Whole Address"),
    ("sender", "Own Company"),
    ("sender_address", "Own Address"),
    ("sender_zip", "Own Postcode"),
    ("text", "Fixed Text"),
]


class CrmLabelFormat(models.Model):
    """An envelope or a sheet of labels as somebody has defined it (P56, G31).

    All lengths are in millimetres, from the left upper corner of the envelope or label.
    """

    _name = "crm.label.format"
    _description = "Envelope or Label Format"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        help="Leave empty for a format of all companies.",
    )
    page_width = fields.Float(default=220, required=True, help="Of the paper, in mm.")
    page_height = fields.Float(default=110, required=True, help="Of the paper, in mm.")
    column_count = fields.Integer(default=1, required=True, string="Columns")
    row_count = fields.Integer(default=1, required=True, string="Rows")
    margin_left = fields.Float(help="From the edge of the paper to the first label.")
    margin_top = fields.Float(help="From the edge of the paper to the first label.")
    pitch_x = fields.Float(
        string="Label to Label, across", help="From one label's left edge to the next."
    )
    pitch_y = fields.Float(
        string="Label to Label, down", help="From one label's upper edge to the next."
    )
    line_ids = fields.One2many(
        comodel_name="crm.label.format.line",
        inverse_name="format_id",
        string="Texts",
        copy=True,
    )

    _sizes_check = models.Constraint(
        "CHECK (page_width BETWEEN 20 AND 1000 AND page_height BETWEEN 20 AND 1000"
        " AND column_count BETWEEN 1 AND 20 AND row_count BETWEEN 1 AND 50)",
        "Paper is 20 to 1000 mm wide and high, with 1 to 20 columns and 1 to 50 rows.",
    )

    @api.constrains("column_count", "row_count", "pitch_x", "pitch_y")
    def _check_pitch_x(self):
        for label in self:
            across = label.column_count > 1 and label.pitch_x <= 0
            down = label.row_count > 1 and label.pitch_y <= 0
            if across or down:
                raise ValidationError(
                    self.env._(
                        "%(name)s has several labels on a page: say how far it is from "
                        "one label to the next, across and down.",
                        name=label.name,
                    )
                )

    def _to_sheet(self):
        self.ensure_one()
        return Sheet(
            self.page_width,
            self.page_height,
            self.column_count,
            self.row_count,
            self.margin_left,
            self.margin_top,
            self.pitch_x,
            self.pitch_y,
        )

    def _draft(self, partner):
        """The texts of one envelope or label, with the reader's own rights."""
        return [
            Text(
                text,
                line.x,
                line.y,
                line.size,
                line.width,
                line.spacing,
            )
            for line in self.line_ids
            if (text := line._text_for(partner))
        ]


class CrmLabelFormatLine(models.Model):
    _name = "crm.label.format.line"
    _description = "Text of an Envelope or Label"
    _order = "format_id, sequence, id"
    _rec_name = "part"

    format_id = fields.Many2one(
        comodel_name="crm.label.format", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    part = fields.Selection(selection=PARTS, required=True, default="recipient")
    text = fields.Char(
        string="Fixed Text", help="Printed as it is; behind the recipient a title."
    )
    x = fields.Float(string="From the Left")
    y = fields.Float(string="From the Top")
    width = fields.Float(help="Longer texts are broken into lines. 0: one line.")
    size = fields.Float(string="Letter Size", default=11, required=True, help="Points.")
    spacing = fields.Float(help="Between letters, for the boxes of a postcode.")

    _size_check = models.Constraint(
        "CHECK (size BETWEEN 4 AND 72)", "Letters are 4 to 72 points high."
    )

    def _text_for(self, partner):
        self.ensure_one()
        customer = partner.commercial_partner_id
        person = partner if partner != customer else customer.primary_contact_id
        place = partner if partner.street or partner.zip else customer
        home = self.env.company.partner_id
        texts = {
            "recipient": lambda: " ".join(
                filter(None, (person.name or customer.name, self.text))
            ),
            "function": lambda: person.function,
            "customer": lambda: customer.name,
            "street": lambda: self._street(place),
            "city": lambda: place.city,
            "zip": lambda: place.zip,
            "country": lambda: place.country_id.name,
            "address": lambda: place._display_address(without_company=True),
            "sender": lambda: home.name,
            "sender_address": lambda: f"{home.city or ''} {self._street(home)}",
            "sender_zip": lambda: home.zip,
            "text": lambda: self.text,
        }
        return (texts[self.part]() or "").strip()

    def _street(self, partner):
        return " ".join(filter(None, (partner.street, partner.street2)))
