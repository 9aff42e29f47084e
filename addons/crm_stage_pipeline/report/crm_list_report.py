from lxml import etree

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime

# More is no list that somebody reads on paper.
MOST = 2000


class CrmListReport(models.AbstractModel):
    """A printed list (打印, P42, G69): the columns that the list shows.

    - Values are the reader's: masked numbers stay masked, fields of other groups are
      left out.
    - The right to print is checked, and the print noted, by ir.actions.report.
    """

    _name = "crm.list.report"
    _description = "Printed List"

    # whose list it is
    _list_model = None

    @api.model
    def _get_report_values(self, docids, data=None):
        records = self.env[self._list_model].browse(docids).exists()
        self._check_most(len(records))
        names = self._column_names(records)
        return {
            "doc_ids": records.ids,
            "doc_model": records._name,
            "docs": records,
            "printed_at": format_datetime(
                self.env, fields.Datetime.now(), dt_format="short"
            ),
            "title": self._title(records),
            "labels": [
                records._fields[name]._description_string(self.env) for name in names
            ],
            "rows": [
                [self._text(record, name) for name in names] for record in records
            ],
        }

    @api.model
    def _title(self, records):
        return self.env["ir.model"]._get(records._name).name

    @api.model
    def _check_most(self, count):
        """:raises UserError: when so many records are not printed at once"""
        if count > MOST:
            raise UserError(
                self.env._(
                    "At most %(most)s rows are printed at once. Narrow the list by a "
                    "filter.",
                    most=MOST,
                )
            )

    @api.model
    def _column_names(self, records):
        """The columns that the list shows to who has not chosen others."""
        return [
            node.get("name")
            for node in self._list_arch(records).findall("field")
            if node.get("optional") != "hide"
            and node.get("column_invisible") not in ("1", "True")
        ]

    @api.model
    def _list_arch(self, records):
        return etree.fromstring(records.get_view(view_type="list")["arch"])

    @api.model
    def _text(self, record, name):
        """A value as the list shows it."""
        field = record._fields[name]
        value = record[name]
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if not value:
            return str(value) if field.type in ("integer", "float") else ""
        if field.relational:
            return ", ".join(value.mapped("display_name"))
        if field.type == "selection":
            return dict(field._description_selection(self.env))[value]
        if field.type == "datetime":
            return format_datetime(self.env, value, dt_format="short")
        if field.type == "date":
            return format_date(self.env, value)
        return str(value)


class CrmPoolCustomerReport(models.AbstractModel):
    """Printed customers: a stage that all of them have is the title, not a column."""

    _name = "report.crm_stage_pipeline.crm_pool_customer_report"
    _inherit = "crm.list.report"
    _description = "Printed List of Customers"

    _list_model = "crm.pool.customer"

    @api.model
    def _title(self, records):
        return self._common_stage(records).name or self.env._("Customers")

    @api.model
    def _column_names(self, records):
        names = super()._column_names(records)
        if self._common_stage(records):
            names.remove("stage_id")
        return names

    @api.model
    def _common_stage(self, customers):
        stage = customers.stage_id
        is_common = len(stage) == 1 and all(row.stage_id for row in customers)
        return stage if is_common else stage.browse()


class CrmContactRecordReport(models.AbstractModel):
    _name = "report.crm_stage_pipeline.crm_contact_record_report"
    _inherit = "crm.list.report"
    _description = "Printed List of Contact Records"

    _list_model = "crm.contact.record"
