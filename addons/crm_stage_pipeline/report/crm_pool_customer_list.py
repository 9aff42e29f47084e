from lxml import etree

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime

# More is no list that somebody reads on paper.
MOST = 2000


class CrmPoolCustomerList(models.AbstractModel):
    """A printed list of customers (客户打印, P42): the columns that the list shows.

    - A stage that all of them have is the title, not a column.
    - Values are the reader's: masked numbers stay masked, fields of other groups are
      left out.
    - The right to print is checked, and the print noted, by ir.actions.report.
    """

    _name = "report.crm_stage_pipeline.crm_pool_customer_report"
    _description = "Printed List of Customers"

    @api.model
    def _get_report_values(self, docids, data=None):
        customers = self.env["crm.pool.customer"].browse(docids).exists()
        self._check_most(len(customers))
        stage = customers.stage_id if len(customers.stage_id) == 1 else False
        if any(not customer.stage_id for customer in customers):
            stage = False
        names = [
            name
            for name in self._column_names(customers)
            if not (stage and name == "stage_id")
        ]
        return {
            "doc_ids": customers.ids,
            "doc_model": customers._name,
            "docs": customers,
            "printed_at": format_datetime(
                self.env, fields.Datetime.now(), dt_format="short"
            ),
            "title": stage.name if stage else self.env._("Customers"),
            "labels": [
                customers._fields[name]._description_string(self.env) for name in names
            ],
            "rows": [
                [self._text(customer, name) for name in names] for customer in customers
            ],
        }

    @api.model
    def _check_most(self, count):
        """:raises UserError: when so many customers are not printed at once"""
        if count > MOST:
            raise UserError(
                self.env._(
                    "At most %(most)s customers are printed at once. Narrow the list "
                    "by a filter.",
                    most=MOST,
                )
            )

    @api.model
    def _column_names(self, customers):
        """The columns that the list shows to who has not chosen others."""
        arch = etree.fromstring(customers.get_view(view_type="list")["arch"])
        return [
            node.get("name")
            for node in arch.findall("field")
            if node.get("optional") != "hide"
            and node.get("column_invisible") not in ("1", "True")
        ]

    @api.model
    def _text(self, customer, name):
        """A value as the list shows it."""
        field = customer._fields[name]
        value = customer[name]
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
