from odoo import api, fields, models
from odoo.tools import LazyTranslate

from ..spreadsheet import FIELDS

_lt = LazyTranslate(__name__)

REASONS = [
    ("missing_name", "Name is missing"),
    ("missing_field", "A required value is missing"),
    ("invalid_value", "A value cannot be read or found"),
    ("name_too_long", "Name is too long"),
    ("invalid_number", "No valid telephone number"),
    ("formula", "A formula without a stored result"),
    ("duplicate_in_file", "Stands in the file already"),
    ("duplicate_in_database", "Exists already"),
    ("error", "Could not be saved"),
]
LABELS = {
    "name": _lt("Customer Name"),
    "contact_name": _lt("Contact Person"),
    "function": _lt("Job Position"),
    "phone": _lt("Phone"),
    "mobile": _lt("Mobile"),
    "fax": _lt("Fax"),
    "home_phone": _lt("Home Phone"),
    "finance_phone": _lt("Finance Phone"),
    "email": _lt("E-mail"),
    "website": _lt("Website"),
    "street": _lt("Address"),
    "street2": _lt("Address 2"),
    "zip": _lt("ZIP"),
    "city": _lt("City"),
    "state": _lt("Province"),
    "country": _lt("Country"),
    "industry": _lt("Industry"),
    "category": _lt("Tags"),
    "source": _lt("Source"),
    "comment": _lt("Notes"),
    "profile": _lt("Profile"),
    "ref": _lt("Reference"),
    "customer_number": _lt("Customer Number"),
    "mnemonic_code": _lt("Mnemonic Code"),
    "keyword": _lt("Keyword"),
    "grade": _lt("Customer Grade"),
    "type": _lt("Customer Type"),
    "status": _lt("Customer Status"),
    "credit_rating": _lt("Credit Rating"),
    "credit_limit": _lt("Credit Limit"),
    "parent": _lt("Parent Company"),
    "registered_on": _lt("Registered On"),
    "area": _lt("Area"),
    "owner": _lt("Owner"),
    "team": _lt("Responsible Department"),
    "contact_department": _lt("Contact's Department"),
    "gender": _lt("Gender"),
    "birthday": _lt("Birthday"),
    "superior": _lt("Superior"),
    "hobbies": _lt("Hobbies"),
    "qq": _lt("QQ"),
    "messenger": _lt("Other Messenger"),
    "vat": _lt("Tax ID"),
}


class CrmPoolImportColumn(models.Model):
    """A column of the file and the field that it fills; none: the column is left out.

    Several columns may hold numbers of one kind; of other fields the first value
    counts.
    """

    _name = "crm.pool.import.column"
    _description = "Import Column"
    _order = "index"
    _rec_name = "header"

    import_id = fields.Many2one(
        comodel_name="crm.pool.import", required=True, index=True, ondelete="cascade"
    )
    index = fields.Integer(required=True, help="Place in the file, from 0.")
    header = fields.Char(readonly=True)
    sample = fields.Char(readonly=True, help="A value of the first rows.")
    field_name = fields.Selection(
        selection=lambda self: self._selection_field_name(), string="Field"
    )
    is_required = fields.Boolean(
        string="Required", help="Rows without this value are refused."
    )

    @api.model
    def _selection_field_name(self):
        """The fields that a column may fill, with their labels."""
        # each text stands as a literal in LABELS, where the export finds it
        return [
            (name, self.env._(LABELS[name]))  # pylint: disable=W8301
            for name in FIELDS
        ]


class CrmPoolImportRow(models.Model):
    """A row of the file and what became of it; so an import can be resumed."""

    _name = "crm.pool.import.row"
    _description = "Import Row"
    _order = "row_number"
    _rec_name = "row_number"

    import_id = fields.Many2one(
        comodel_name="crm.pool.import", required=True, ondelete="cascade"
    )
    row_number = fields.Integer(string="Row", required=True, readonly=True)
    cells = fields.Json(readonly=True, help="The values of the row, as in the file.")
    name = fields.Char(readonly=True)
    state = fields.Selection(
        selection=[
            ("waiting", "Waiting"),
            ("done", "Imported"),
            ("rejected", "Refused"),
        ],
        required=True,
        default="waiting",
        readonly=True,
    )
    reason = fields.Selection(selection=REASONS, readonly=True)
    message = fields.Char(readonly=True)
    same_name = fields.Boolean(
        string="Equal Name Allowed",
        readonly=True,
        help="Imported although a customer of this name existed.",
    )
    digest = fields.Char(readonly=True, help="Of name and numbers; equal for copies.")
    customer_id = fields.Many2one(
        comodel_name="crm.pool.customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _number_uniq = models.UniqueIndex(
        "(import_id, row_number)", "A row of a file is imported once."
    )
    _state_idx = models.Index("(import_id, state, row_number)")
    _digest_idx = models.Index("(digest) WHERE digest IS NOT NULL")
