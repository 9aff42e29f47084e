import ast
import json

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .crm_main_line import MANAGER_GROUP

# Whose saved searches are saved lists, and where they open.
LISTS = {
    "crm.pool.customer": "crm_stage_pipeline.crm_pool_customer_action",
    "crm.contact.record": "crm_stage_pipeline.crm_contact_record_action",
}
# In the context: the list that is opened. Of this form, because the web client hands
# over only such keys when it asks for a view and its filters.
OPEN_KEY = "crm_saved_list_view_ref"
# The value of these operators is a condition on the related records.
SUBDOMAIN_OPERATORS = ("any", "any!", "not any", "not any!")


class IrFilters(models.Model):
    """Saved searches of customers and contact records are saved lists (P45).

    - Private ones are their owner's; only managers make, change and delete those
      that others use too.
    - They stand under categories.
    - What a list finds goes by who opens it: with fewer rights it shows fewer rows.
    - A list over a field that was deleted, or that the user may not read, is not
      offered, and says why where the saved lists stand.
    """

    _inherit = "ir.filters"

    list_category_id = fields.Many2one(
        comodel_name="crm.list.category",
        string="Category",
        index="btree_not_null",
        ondelete="set null",
    )
    is_public_list = fields.Boolean(
        string="For Everybody",
        compute="_compute_is_public_list",
        inverse="_inverse_is_public_list",
        help="Everybody finds it among the favorites and here.",
    )
    list_problem = fields.Char(string="Problem", compute="_compute_list_problem")

    @api.depends("user_ids")
    def _compute_is_public_list(self):
        for saved in self:
            saved.is_public_list = not saved.user_ids

    def _inverse_is_public_list(self):
        for saved in self:
            saved.user_ids = False if saved.is_public_list else self.env.user

    @api.depends("domain", "context", "sort", "model_id")
    @api.depends_context("uid")
    def _compute_list_problem(self):
        for saved in self:
            saved.list_problem = saved.model_id in LISTS and saved._list_problem()

    @api.model_create_multi
    def create(self, vals_list):
        filters = super().create(vals_list)
        filters._check_list_right()
        return filters

    def write(self, vals):
        self._check_list_right()
        result = super().write(vals)
        self._check_list_right()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_without_right(self):
        self._check_list_right()

    def action_open_list(self):
        """Open the list that was saved; one that cannot be read any more: the list
        without it, with a sentence.
        """
        self.ensure_one()
        # superuser: nobody else reads actions
        actions_sudo = (
            self.env["crm.pool.customer"]._privileged().env["ir.actions.act_window"]
        )
        action_sudo = actions_sudo.browse(self.action_id.id).exists()
        action_sudo = action_sudo or actions_sudo.env.ref(LISTS[self.model_id])
        opened = action_sudo._get_action_dict()
        if not self.list_problem:
            context = ast.literal_eval(opened.get("context") or "{}")
            return {**opened, "context": {**context, OPEN_KEY: self.id}}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "title": self.name,
                "message": self.list_problem,
                "next": opened,
            },
        }

    @api.model
    def get_filters(
        self,
        model,
        action_id=None,
        embedded_action_id=None,
        embedded_parent_res_id=None,
    ):
        found = super().get_filters(
            model, action_id, embedded_action_id, embedded_parent_res_id
        )
        if model not in LISTS:
            return found
        broken = self.browse(row["id"] for row in found).filtered("list_problem")
        found = [row for row in found if row["id"] not in broken.ids]
        opened = self.env.context.get(OPEN_KEY)
        if any(row["id"] == opened for row in found):
            found = [{**row, "is_default": row["id"] == opened} for row in found]
        return found

    def _check_list_right(self):
        """:raises AccessError: when others use one of self, and the user is none of
        those who may change that
        """
        user = self.env.user
        others = self.filtered(
            lambda saved: saved.model_id in LISTS and saved.user_ids != user
        )
        if not others or self.env.su:
            return
        if not user.has_group(MANAGER_GROUP) and not user.has_group(
            "base.group_erp_manager"
        ):
            raise AccessError(
                self.env._("Only managers make and change lists for others.")
            )

    def _list_problem(self):
        """Why the list cannot be opened as it was saved, or False."""
        self.ensure_one()
        try:
            paths = [
                *self._domain_paths(ast.parse(self.domain, mode="eval").body),
                *self._context_paths(),
            ]
        except (ValueError, SyntaxError, TypeError):
            return self.env._("The filter cannot be read: the list opens without it.")
        for path in paths:
            if problem := self._path_problem(path):
                return problem
        return False

    @api.model
    def _domain_paths(self, node, prefix=""):
        """The fields of a domain as it was typed, nothing is evaluated."""
        if isinstance(node, ast.List | ast.Tuple) and len(node.elts) == 3:
            name, operator, value = node.elts
            names = [getattr(part, "value", None) for part in (name, operator)]
            if all(isinstance(part, str) for part in names):
                yield prefix + names[0]
                if names[1] in SUBDOMAIN_OPERATORS:
                    yield from self._domain_paths(value, f"{prefix}{names[0]}.")
                return
        for child in ast.iter_child_nodes(node):
            yield from self._domain_paths(child, prefix)

    def _context_paths(self):
        """The fields by which the list is grouped and sorted."""
        groups = ast.literal_eval(self.context or "{}").get("group_by") or []
        groups = [groups] if isinstance(groups, str) else groups
        yield from (group.split(":")[0] for group in groups)
        yield from (order.split()[0] for order in json.loads(self.sort or "[]"))

    def _path_problem(self, path):
        """Why a field, or one of a related record, cannot be read, or False."""
        model = self.env[self.model_id]
        for name in path.split("."):
            field = model._fields.get(name)
            if field is None:
                return self.env._(
                    "The field %(field)s does not exist any more: the list opens "
                    "without this filter.",
                    field=path,
                )
            may_read = model._has_field_access(field, "read")
            if may_read and field.relational:
                model = self.env[field.comodel_name]
                may_read = model.has_access("read")
            if not may_read:
                return self.env._(
                    "You may not read the field %(field)s: the list opens without "
                    "this filter.",
                    field=path,
                )
            if not field.relational:
                # parts of dates, and properties
                break
        return False
