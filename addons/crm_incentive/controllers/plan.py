from odoo import fields, http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class IncentivePlanPortal(CustomerPortal):
    """The plans that the reader is on and the ranking of his company, in the portal."""

    @http.route(
        "/my/incentives/plans", type="http", auth="user", website=True, readonly=True
    )
    def portal_incentive_plans(self):
        """What is paid for, by which rates, since when."""
        today = fields.Date.context_today(request.env.user)
        participants_sudo = self._participants()
        assignments_sudo = participants_sudo.assignment_ids.filtered(
            lambda line: not line.date_to or line.date_to >= today
        )
        versions_sudo = participants_sudo.env["crm.incentive.plan.version"]
        values = self._prepare_portal_layout_values()
        values.update(
            page_name="incentive_plans",
            versions=versions_sudo._in_force(assignments_sudo.plan_id, today),
        )
        return request.render("crm_incentive.portal_my_incentive_plans", values)

    @http.route(
        "/my/incentives/ranking", type="http", auth="user", website=True, readonly=True
    )
    def portal_incentive_ranking(self):
        """Names, attainment and places; never pay."""
        participants_sudo = self._participants()
        ranking_sudo = participants_sudo.env["crm.incentive.ranking"]
        today = fields.Date.context_today(request.env.user)
        values = self._prepare_portal_layout_values()
        values.update(
            page_name="incentive_ranking",
            rows=ranking_sudo.search(
                [
                    ("company_id", "in", participants_sudo.company_id.ids),
                    ("date_from", "<=", today),
                    ("date_to", ">=", fields.Date.subtract(today, months=3)),
                ],
                limit=200,
            ),
            own_names=set(participants_sudo.mapped("name")),
        )
        return request.render("crm_incentive.portal_my_incentive_ranking", values)

    def _participants(self):
        """The reader as a participant; 404 when he is none."""
        # a portal user has no right of his own on plans: only his own rows are taken
        participants_sudo = (
            request.env["crm.incentive.participant"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", request.env.user.partner_id.id),
                    ("kind", "!=", "house"),
                ]
            )
        )
        if not participants_sudo:
            raise request.not_found()
        return participants_sudo
