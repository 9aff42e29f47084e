from odoo import api, models


class LoyaltyProgram(models.Model):
    """Whether a company collects points: it does while a program of them runs."""

    _inherit = "loyalty.program"

    @api.model
    def _get_points_domain(self, companies):
        """Programs whose points a customer keeps."""
        return [
            ("program_type", "=", "loyalty"),
            ("company_id", "in", [*companies.ids, False]),
        ]

    @api.model
    def _has_points(self, company):
        """Whether points are collected in `company`; everybody may know it."""
        # sudo: of people who have no right on programs the screens stay without points
        programs_sudo = self.sudo()
        domain = self._get_points_domain(company)
        return bool(programs_sudo.search_count(domain, limit=1))
