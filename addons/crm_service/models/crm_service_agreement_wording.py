from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.float_utils import float_repr


class CrmServiceAgreement(models.Model):
    """The result of a check of cover, in words."""

    _inherit = "crm.service.agreement"

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------
    @api.model
    def _coverage_message(self, facts):
        """Facts of `_find_coverage` as one sentence in the user's language."""
        if not facts:
            return ""
        coverage = facts["coverage"]
        if "number" not in facts:
            if facts.get("other_products"):
                return self.env._(
                    "Not covered: the customer's agreements name other products."
                )
            return self.env._("Not covered: the customer has no active agreement.")
        values = {
            "number": facts["number"],
            "start": self._day(facts["start"]),
            "end": self._day(facts["end"]),
            "included": self._quantity(facts["included"]),
            "left": self._quantity(facts["included"] - facts["used"]),
        }
        if coverage == "expired":
            return self.env._(
                "Not covered: agreement %(number)s ended on %(end)s.", **values
            )
        if coverage == "not_started":
            return self.env._(
                "Not covered: agreement %(number)s starts on %(start)s.", **values
            )
        if coverage == "none":
            return self.env._(
                "Not covered: agreement %(number)s is not active.", **values
            )
        if coverage == "used_up":
            return self._used_up_message(facts["kind"], values)
        return self._covered_message(facts["kind"], values)

    @api.model
    def _used_up_message(self, kind, values):
        if kind == "hours":
            return self.env._(
                "Not covered: all %(included)s hours of agreement %(number)s are used.",
                **values,
            )
        return self.env._(
            "Not covered: all %(included)s requests of agreement %(number)s are used.",
            **values,
        )

    @api.model
    def _covered_message(self, kind, values):
        if kind == "hours":
            return self.env._(
                "Covered by agreement %(number)s until %(end)s: %(left)s of "
                "%(included)s hours were left.",
                **values,
            )
        if kind == "incidents":
            return self.env._(
                "Covered by agreement %(number)s until %(end)s: %(left)s of "
                "%(included)s requests were left, this one included.",
                **values,
            )
        return self.env._(
            "Covered by agreement %(number)s until %(end)s, without limit.", **values
        )

    @api.model
    def _day(self, text):
        return format_date(self.env, fields.Date.to_date(text)) if text else ""

    @api.model
    def _quantity(self, value):
        return float_repr(value, 2).rstrip("0").rstrip(".")
