from odoo import fields, models


class CrmCustomerGroup(models.Model):
    """The groups of contacts of a company: customers, prospects, suppliers (G21).

    - Each has a description, which managers write, and a list with its own columns.
    - Customers have bought (stage deal), prospects are all other customers of the
      pool, suppliers are contacts from whom the company buys.
    """

    _name = "crm.customer.group"
    _description = "Customer Group"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Selection(
        selection=[
            ("customer", "Customers"),
            ("prospect", "Prospects"),
            ("supplier", "Suppliers"),
        ],
        required=True,
        readonly=True,
    )
    sequence = fields.Integer(default=10)
    description = fields.Text(
        translate=True, help="Who belongs to the group and how to work with them."
    )

    _code_uniq = models.UniqueIndex("(code)", "This group exists already.")

    def action_open(self):
        """The list of the group, with its own columns."""
        self.ensure_one()
        kind = "res_partner" if self.code == "supplier" else "crm_pool_customer"
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"crm_stage_pipeline.{kind}_action_group_{self.code}"
        )
        return {**action, "name": self.name}
