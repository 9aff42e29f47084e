from odoo import api, models

from ..spreadsheet.values import read_date
from .crm_pool_import_template import folded

# Kinds of own fields that a cell can fill.
KINDS = (
    "boolean",
    "char",
    "date",
    "datetime",
    "float",
    "integer",
    "many2one",
    "selection",
    "text",
)


class CrmPoolImportColumn(models.Model):
    """Own fields of customers stand beside those of the product (G57)."""

    _inherit = "crm.pool.import.column"

    @api.model
    def _selection_field_name(self):
        own = self.env["res.partner"]._importable_own_fields()
        return super()._selection_field_name() + list(own.items())


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _importable_own_fields(self):
        """Own fields that a cell of a file can fill: dict of name to label."""
        names = [
            name
            for name, field in self._fields.items()
            if field.manual and field.store and field.type in KINDS
        ]
        if not names:
            return {}
        described = self.fields_get(names, ["string"])
        return {name: description["string"] for name, description in described.items()}


class IrModelFields(models.Model):
    _inherit = "ir.model.fields"

    def unlink(self):
        """Columns of files and templates no longer fill a field that is gone."""
        names = self.filtered(
            lambda field: field.state == "manual" and field.model == "res.partner"
        ).mapped("name")
        if names:
            # superuser: templates of all companies
            system = self.env["crm.pool.customer"]._privileged().env
            filling = [("field_name", "in", names)]
            system["crm.pool.import.template.line"].search(filling).unlink()
            columns_sudo = system["crm.pool.import.column"].search(filling)
            columns_sudo.field_name = False
        return super().unlink()


class CrmPoolImport(models.Model):
    """Own fields from a file: a cell is read as Odoo's import reads it."""

    _inherit = "crm.pool.import"

    def _create_columns(self, sheet):
        """A column whose header is the label of an own field fills it."""
        result = super()._create_columns(sheet)
        own = self.env["res.partner"]._importable_own_fields()
        names = {folded(label): name for name, label in own.items()}
        self.invalidate_recordset(["column_ids"])
        for column in self.column_ids.filtered(lambda column: not column.field_name):
            column.field_name = names.pop(folded(column.header), False)
        return result

    def _reject_duplicates(self, candidates):
        self._read_own_values(candidates)
        return super()._reject_duplicates(candidates)

    def _read_own_values(self, candidates):
        """Texts of own fields become values; what cannot be read refuses the row."""
        partners = self.env["res.partner"]
        own = partners._importable_own_fields()
        readers = {name: self._own_reader(name) for name in own}
        for candidate in candidates:
            for name, label in own.items():
                if name not in candidate.values:
                    if partners._fields[name].required:
                        candidate.reject("missing_field", label)
                    continue
                text = candidate.values[name]
                try:
                    candidate.values[name] = readers[name](text)
                except ValueError:
                    candidate.reject("invalid_value", text[:200])

    def _own_reader(self, name):
        """A function of a text; ValueError when the field cannot take it."""
        partners = self.env["res.partner"]
        field = partners._fields[name]
        if field.type == "many2one":
            return self._relation_reader(field)
        convert = self.env["ir.fields.converter"].to_field(
            partners, field, str, savepoint=None
        )

        def read(text):
            if field.type == "date":
                text = str(read_date(text))
            value, doubts = convert(text)
            if doubts:
                raise ValueError(text)
            return value

        return read

    def _relation_reader(self, field):
        """Records by their name, as far as the importer sees them."""
        comodel = self.env[field.comodel_name]

        def find(text):
            found = comodel.name_search(text, operator="=", limit=1)
            if not found:
                raise ValueError(text)
            return found[0][0]

        return find

    def _prepare_partner_vals(self, candidates):
        own = self.env["res.partner"]._importable_own_fields()
        vals_list = super()._prepare_partner_vals(candidates)
        for candidate, vals in zip(candidates, vals_list, strict=True):
            values = candidate.values
            vals.update({name: values[name] for name in own if name in values})
        return vals_list
