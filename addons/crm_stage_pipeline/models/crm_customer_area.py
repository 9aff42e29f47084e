from odoo import api, fields, models


class CrmCustomerArea(models.Model):
    """An area of customers (客户区域), as deep as a company wants (P54).

    A company's own areas, or such as all companies share; a search for an area finds
    the customers of the areas below it too.
    """

    _name = "crm.customer.area"
    _description = "Customer Area"
    _parent_store = True
    _order = "complete_name, id"
    _rec_name = "complete_name"

    name = fields.Char(required=True)
    complete_name = fields.Char(
        string="Area", compute="_compute_complete_name", store=True, recursive=True
    )
    parent_id = fields.Many2one(
        comodel_name="crm.customer.area",
        string="Part Of",
        index="btree_not_null",
        ondelete="restrict",
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many(
        comodel_name="crm.customer.area", inverse_name="parent_id", string="Parts"
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        help="Empty: of all companies.",
    )
    active = fields.Boolean(default=True)

    _name_uniq = models.UniqueIndex(
        "(COALESCE(parent_id, 0), name, COALESCE(company_id, 0))",
        "There is an area of this name at this place already.",
    )

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for area in self:
            parent = area.parent_id.complete_name
            area.complete_name = f"{parent} / {area.name}" if parent else area.name

    @api.model
    def _find_or_create_path(self, text, company):
        """The area of a path as people write it in a spreadsheet: 华东/浙江/杭州.

        Alone, a name finds the area that has it wherever it stands. What is missing is
        made for the company.
        """
        names = [name.strip() for name in text.replace("／", "/").split("/")]
        names = [name for name in names if name]
        offered = [("company_id", "in", [company.id, False])]
        area = self.browse()
        for name in names:
            level = [("parent_id", "=", area.id)] if area or len(names) > 1 else []
            found = self.search([*offered, ("name", "=", name), *level], limit=1)
            if not found:
                found = self.create(
                    {"name": name, "parent_id": area.id, "company_id": company.id}
                )
            area = found
        return area
