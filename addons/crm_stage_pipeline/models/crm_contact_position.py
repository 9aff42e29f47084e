from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmContactPosition(models.Model):
    """A position that a person had or has: where, what, from when to when (G16)."""

    _name = "crm.contact.position"
    _description = "Former Position"
    _order = "date_from desc, id desc"
    _rec_name = "function"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Person",
        required=True,
        index=True,
        ondelete="cascade",
        bypass_search_access=True,
    )
    employer = fields.Char(help="Where the person worked.")
    department = fields.Char()
    function = fields.Char(string="Position", required=True)
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until", help="Empty: up to now.")

    @api.constrains("date_from", "date_to")
    def _check_date_to(self):
        for position in self:
            begin, end = position.date_from, position.date_to
            if begin and end and end < begin:
                raise ValidationError(
                    self.env._(
                        "The position %(function)s ends before it begins: correct one "
                        "of the dates.",
                        function=position.function,
                    )
                )
