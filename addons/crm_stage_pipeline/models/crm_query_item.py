from copy import deepcopy

from lxml import etree

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .crm_pool_stage import STAGE_CODES

# In the context of the lists of one stage: its code. The web client hands over keys
# of this form, and only these, when it asks for a view.
STAGE_KEY = "crm_pool_stage_view_ref"
# the quick box is everybody's
ALWAYS = "quick_search"
TYPES = {
    "boolean",
    "char",
    "date",
    "datetime",
    "float",
    "integer",
    "many2many",
    "many2one",
    "monetary",
    "selection",
    "text",
}


class CrmQueryItem(models.Model):
    """A field by which a company's people look for customers (查询项设置, G58).

    - For one stage's list, or for all lists.
    - As soon as a list has a search item of the company's own, these stand in its
      search box instead of the shipped ones; the quick box always stays.
    - Quick filters and groups come in addition to the shipped ones.
    - An item whose field was deleted is left out, and says so where it is set up.
    - Who may not read a field is not offered it.
    """

    _name = "crm.query.item"
    _inherit = "crm.pool.cached.mixin"
    _description = "Query Item"
    _order = "sequence, id"
    _rec_name = "field_name"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    stage_code = fields.Selection(
        selection=STAGE_CODES,
        string="List",
        help="The list of this stage; empty: every list of customers.",
    )
    sequence = fields.Integer(default=10)
    field_name = fields.Selection(
        selection="_selection_field_name", string="Field", required=True
    )
    is_search = fields.Boolean(
        string="Search Box",
        default=True,
        help="Offered when something is typed into the search box.",
    )
    is_filter = fields.Boolean(
        string="Quick Filters",
        help="A filter for each value of a choice, for periods of a date; with and "
        "without a value for the rest.",
    )
    is_group = fields.Boolean(string="Group By")
    problem = fields.Char(compute="_compute_problem")

    _field_uniq = models.UniqueIndex(
        "(company_id, COALESCE(stage_code, ''), field_name)",
        "This field is already a query item of the list.",
    )
    _use_check = models.Constraint(
        "CHECK (is_search IS TRUE OR is_filter IS TRUE OR is_group IS TRUE)",
        "A query item is searched, filtered or grouped by: tick at least one.",
    )

    @api.depends("field_name", "is_group")
    def _compute_problem(self):
        customers = self.env["crm.pool.customer"]
        for item in self:
            field = customers._fields.get(item.field_name)
            item.problem = False
            if item.field_name and field is None:
                item.problem = self.env._(
                    "The field %(field)s does not exist any more: the lists open "
                    "without it.",
                    field=item.field_name,
                )
            elif field and item.is_group and not item._can_group(field):
                item.problem = self.env._("Lists cannot be grouped by this field.")

    @api.model
    def _selection_field_name(self):
        """The fields of customers that can be searched and that the user reads."""
        described = self.env["crm.pool.customer"].fields_get(
            attributes=["type", "string", "searchable"]
        )
        offered = [
            (name, field["string"])
            for name, field in described.items()
            if field.get("searchable") and field["type"] in TYPES and name != ALWAYS
        ]
        return sorted(offered, key=lambda pair: pair[1])

    @api.constrains("field_name")
    def _check_field_name(self):
        offered = dict(self._selection_field_name())
        for item in self:
            if item.field_name not in offered:
                raise ValidationError(
                    self.env._(
                        "Customers cannot be looked for by %(field)s.",
                        field=item.field_name,
                    )
                )

    @api.model
    @tools.ormcache("company_id")
    def _version(self, company_id):
        """All that a company's views take from its items: the key of their caches."""
        # superuser: the view is cached for everybody
        items_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        found = items_sudo.search([("company_id", "=", company_id)])
        names = ("stage_code", "field_name", "is_search", "is_filter", "is_group")
        return tuple(tuple(item[name] for name in names) for item in found)

    @api.model
    def _items_for(self, company, stage_code):
        """The items of a stage's list, or of those that are of no stage."""
        # superuser: the view is cached for everybody
        items_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        domain = Domain("company_id", "=", company.id)
        domain &= Domain("stage_code", "in", [stage_code, False])
        found = items_sudo.search(domain)
        known = self.env["crm.pool.customer"]._fields
        by_name = {}
        # a stage's own item comes before the one for all lists
        for item in found.sorted(lambda item: not item.stage_code):
            if item.field_name in known:
                by_name.setdefault(item.field_name, item)
        return items_sudo.union(*by_name.values()).sorted()

    def _put_into(self, arch):
        """Write the items into the arch of a search view."""
        searched = self.filtered("is_search")
        if searched:
            shipped = {node.get("name"): node for node in arch.findall("field")}
            box = shipped.pop(ALWAYS)
            for item in reversed(searched):
                node = shipped.get(item.field_name)
                box.addnext(
                    etree.Element("field", name=item.field_name)
                    if node is None
                    else deepcopy(node)
                )
            for node in shipped.values():
                arch.remove(node)
        groups = arch.find("group")
        panel = arch.find("searchpanel")
        for item in self.filtered("is_filter"):
            panel.addprevious(etree.Element("separator"))
            for node in item._filter_nodes():
                panel.addprevious(node)
        for item in self.filtered("is_group"):
            field = self.env["crm.pool.customer"]._fields[item.field_name]
            if item._can_group(field):
                groups.append(item._node("group", context={"group_by": field.name}))

    def _filter_nodes(self):
        """The quick filters of an item."""
        self.ensure_one()
        field = self.env["crm.pool.customer"]._fields[self.field_name]
        name = field.name
        if field.type in ("date", "datetime"):
            return [self._node("filter", date=name)]
        if field.type == "boolean":
            return [self._node("filter", domain=[(name, "=", True)])]
        label = self._label()
        if field.type == "selection":
            return [
                self._node(
                    f"filter_{value}",
                    string=f"{label}: {text}",
                    domain=[(name, "=", value)],
                )
                for value, text in field._description_selection(self.env)
            ]
        return [
            self._node(
                "filter_set",
                string=self.env._("%(field)s: known", field=label),
                domain=[(name, "!=", False)],
            ),
            self._node(
                "filter_unset",
                string=self.env._("%(field)s: unknown", field=label),
                domain=[(name, "=", False)],
            ),
        ]

    def _node(self, use, string=None, **attributes):
        return etree.Element(
            "filter",
            name=f"query_{self.field_name}_{use}",
            string=string or self._label(),
            **{key: str(value) for key, value in attributes.items()},
        )

    def _label(self):
        field = self.env["crm.pool.customer"]._fields[self.field_name]
        return field._description_string(self.env)

    def _can_group(self, field):
        return field._description_groupable(self.env)
