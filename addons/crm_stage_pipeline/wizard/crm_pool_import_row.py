from odoo import fields, models

from ..spreadsheet import FIELDS

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
    "name": "Customer Name",
    "contact_name": "Contact Person",
    "function": "Job Position",
    "phone": "Phone",
    "mobile": "Mobile",
    "fax": "Fax",
    "home_phone": "Home Phone",
    "finance_phone": "Finance Phone",
    "email": "E-mail",
    "website": "Website",
    "street": "Address",
    "street2": "Address 2",
    "zip": "ZIP",
    "city": "City",
    "state": "Province",
    "country": "Country",
    "industry": "Industry",
    "category": "Tags",
    "source": "Source",
    "comment": "Notes",
    "profile": "Profile",
    "ref": "Reference",
    "customer_number": "Customer Number",
    "mnemonic_code": "Mnemonic Code",
    "keyword": "Keyword",
    "grade": "Customer Grade",
    "type": "Customer Type",
    "status": "Customer Status",
    "credit_rating": "Credit Rating",
    "credit_limit": "Credit Limit",
    "parent": "Parent Company",
    "registered_on": "Registered On",
    "area": "Area",
    "owner": "Owner",
    "team": "Responsible Department",
    "contact_department": "Contact's Department",
    "gender": "Gender",
    "birthday": "Birthday",
    "superior": "Superior",
    "hobbies": "Hobbies",
    "qq": "QQ",
    "messenger": "Other Messenger",
    "vat": "Tax ID",
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
        selection=[(name, LABELS[name]) for name in FIELDS], string="Field"
    )
    is_required = fields.Boolean(
        string="Required", help="Rows without this value are refused."
    )


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
