from odoo import api, fields, models
from odoo.fields import Domain

MEMBER_MODELS = [("crm.pool.customer", "Customers"), ("crm.lead", "Leads")]


class CrmCallList(models.Model):
    """Customers or leads to be called (T1).

    - A private list is its owner's only; a shared one is the company's.
    - A search is stored as a filter and is always fresh; a fixed list holds rows.
    - Whatever is stored, the rows are searched with the rights of who reads: two
      people may see different rows in the same list, nobody sees a forbidden one.
    """

    _name = "crm.call.list"
    _inherit = "crm.filter.mixin"
    _description = "Call List"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Owner",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        copy=False,
    )
    kind = fields.Selection(
        selection=[("private", "Private"), ("shared", "Shared")],
        required=True,
        default="private",
    )
    source = fields.Selection(
        selection=[("search", "Search"), ("fixed", "Fixed Rows")],
        required=True,
        default="search",
        help="A search finds new rows by itself; fixed rows stay as chosen.",
    )
    member_model = fields.Selection(
        selection=MEMBER_MODELS, string="Of", required=True, default="crm.pool.customer"
    )
    domain = fields.Char(string="Filter")
    customer_ids = fields.Many2many(
        comodel_name="crm.pool.customer", string="Customers", check_company=True
    )
    lead_ids = fields.Many2many(comodel_name="crm.lead", string="Leads")
    member_count = fields.Integer(
        string="Rows", compute="_compute_member_count", help="Rows that you may see."
    )

    @api.depends("source", "member_model", "domain", "customer_ids", "lead_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_member_count(self):
        for call_list in self:
            call_list.member_count = self.env[call_list.member_model].search_count(
                call_list._get_member_domain()
            )

    @api.constrains("domain", "member_model", "source")
    def _check_domain(self):
        return super()._check_domain()

    def action_open_members(self):
        """Open the rows that I may see."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self.member_model,
            "views": [[False, "list"], [False, "form"]],
            "domain": list(self._get_member_domain()),
        }

    def _filter_model(self):
        return self.env[self.member_model]

    def _get_member_domain(self):
        """Domain on the member model; the reader's record rules come on top."""
        self.ensure_one()
        if self.source == "search":
            company = Domain("company_id", "in", [self.company_id.id, False])
            return self._filter_domain() & company
        rows = self[self._member_field()]
        return Domain("id", "in", rows.ids)

    def _member_field(self):
        return "lead_ids" if self.member_model == "crm.lead" else "customer_ids"

    def _members(self):
        """The rows that the current user may see."""
        self.ensure_one()
        return self.env[self.member_model].search(self._get_member_domain())

    @api.model
    def _add_to_list(self, records, name):
        """A new fixed list of these rows, mine and private."""
        call_list = self.create(
            {"name": name, "source": "fixed", "member_model": records._name}
        )
        call_list[call_list._member_field()] = records
        return call_list
