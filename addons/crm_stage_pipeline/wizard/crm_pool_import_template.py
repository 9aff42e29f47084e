from odoo import fields, models
from odoo.exceptions import UserError


class CrmPoolImportTemplate(models.Model):
    """How files of one kind are read: their columns, and where the customers go (P49).

    Columns are found by what stands above them, in whatever order they come. A file
    that lacks one of them is refused, so that nothing goes into the wrong field.
    """

    _name = "crm.pool.import.template"
    _inherit = "crm.pool.import.settings.mixin"
    _description = "Import Template"
    _order = "name, id"

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(default=True)
    line_ids = fields.One2many(
        comodel_name="crm.pool.import.template.line",
        inverse_name="template_id",
        string="Columns",
        copy=True,
    )

    _name_uniq = models.Constraint(
        "UNIQUE (company_id, name)",
        "The company has an import template of this name: choose another name.",
    )

    def _apply(self, columns):
        """Give the columns of a file the fields that they have here.

        :param columns: crm.pool.import.column
        :raises UserError: naming the columns that the file lacks
        """
        by_header = {}
        for column in columns:
            by_header.setdefault(folded(column.header), column)
        missing = self.line_ids.filtered(
            lambda line: folded(line.header) not in by_header
        )
        if missing:
            raise UserError(
                self.env._(
                    "This file has no column %(columns)s, which the template "
                    "%(template)s needs: choose another template, or none, or correct "
                    "the first row of the file.",
                    columns=", ".join(f"“{line.header}”" for line in missing),
                    template=self.name,
                )
            )
        columns.write({"field_name": False, "is_required": False})
        for line in self.line_ids:
            by_header[folded(line.header)].write(
                {"field_name": line.field_name, "is_required": line.is_required}
            )


class CrmPoolImportTemplateLine(models.Model):
    """A column of the files and the field that it fills."""

    _name = "crm.pool.import.template.line"
    _description = "Import Template Column"
    _order = "sequence, id"
    _rec_name = "header"

    template_id = fields.Many2one(
        comodel_name="crm.pool.import.template",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer()
    header = fields.Char(
        required=True, help="As it stands in the first row; case does not count."
    )
    field_name = fields.Selection(
        selection=lambda self: self.env[
            "crm.pool.import.column"
        ]._selection_field_name(),
        string="Field",
        required=True,
    )
    is_required = fields.Boolean(
        string="Required", help="Rows without this value are refused."
    )

    _header_uniq = models.Constraint(
        "UNIQUE (template_id, header)", "A column stands in a template once."
    )


def folded(header):
    return " ".join((header or "").split()).casefold()
