from odoo import models

from odoo.addons.crm_stage_pipeline.rights import Reach


class ResUsers(models.Model):
    """The people of a department, for the data rights of a role (G18)."""

    _inherit = "res.users"

    def _crm_pool_range_reach(self, code, right, company_id):
        if code not in ("department", "department_below", "departments"):
            return super()._crm_pool_range_reach(code, right, company_id)
        if code == "departments":
            departments = right.department_ids
        else:
            departments = self._crm_pool_departments(company_id)
        # superuser: employees are the personnel department's
        departments_sudo = departments.with_env(
            self.env["crm.pool.customer"]._privileged().env
        )
        if code == "department_below":
            departments_sudo = departments_sudo.search(
                [("id", "child_of", departments_sudo.ids)]
            )
        employees_sudo = departments_sudo.env["hr.employee"].search(
            [
                ("department_id", "in", departments_sudo.ids),
                ("company_id", "in", [company_id, False]),
                ("user_id", "!=", False),
            ]
        )
        return Reach(user_ids=frozenset({self.id, *employees_sudo.user_id.ids}))

    def _crm_pool_departments(self, company_id):
        """The user's departments in a company: his employee's, and those he manages."""
        user_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        employees_sudo = user_sudo.env["hr.employee"].search(
            [("user_id", "=", self.id), ("company_id", "in", [company_id, False])]
        )
        managed_sudo = user_sudo.env["hr.department"].search(
            [
                ("manager_id", "in", employees_sudo.ids),
                ("company_id", "in", [company_id, False]),
            ]
        )
        return employees_sudo.department_id | managed_sudo
