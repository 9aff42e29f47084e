from odoo import models


class ResourceCalendar(models.Model):
    """The working schedule of a company tells which days count (P27)."""

    _inherit = "resource.calendar"

    def write(self, vals):
        result = super().write(vals)
        if {"attendance_ids", "two_weeks_calendar", "flexible_hours"} & set(vals):
            # superuser: who changes schedules needs no right on the pool
            env_sudo = self.env["crm.pool.customer"]._privileged().env
            policies_sudo = env_sudo["crm.pool.policy"].search(
                [("company_id.resource_calendar_id", "in", self.ids)]
            )
            policies_sudo._refresh_clocks()
        return result
