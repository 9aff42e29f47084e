from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ResPartner(models.Model):
    """Whose birthday comes within the company's days of reminder (G19).

    Who was born on 29 February has it on 1 March of common years.
    """

    _inherit = "res.partner"

    has_birthday_soon = fields.Boolean(
        compute="_compute_has_birthday_soon", search="_search_has_birthday_soon"
    )

    @api.depends("birthday")
    @api.depends_context("company")
    def _compute_has_birthday_soon(self):
        coming = self._coming_birthdays()
        for partner in self:
            day = partner.birthday
            partner.has_birthday_soon = bool(day) and (day.month, day.day) in coming

    @api.model
    def _search_has_birthday_soon(self, operator, value):
        if operator != "in" or len(value) != 1:
            return NotImplemented
        keys = [month * 100 + day for month, day in self._coming_birthdays()]
        condition = Domain.custom(
            to_sql=lambda _model, alias, _query: SQL(
                "(EXTRACT(MONTH FROM %s) * 100 + EXTRACT(DAY FROM %s)) = ANY(%s)",
                SQL.identifier(alias, "birthday"),
                SQL.identifier(alias, "birthday"),
                keys,
            )
        )
        known = Domain("birthday", "!=", False)
        if True in value:
            return known & condition
        return ~known | (known & ~condition)

    @api.model
    def _coming_birthdays(self):
        """(month, day) of today and the days of reminder after it."""
        policy = self.env["crm.pool.policy"]._policy_for(self.env.company)
        today = fields.Date.context_today(self)
        days = {
            today + timedelta(days=number)
            for number in range(policy.birthday_reminder_days + 1)
        }
        found = {(day.month, day.day) for day in days}
        if any((day - timedelta(days=1)).day == 28 and day.month == 3 for day in days):
            found.add((2, 29))
        return found
