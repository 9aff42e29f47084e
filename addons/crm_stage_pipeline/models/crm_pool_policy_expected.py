from odoo import fields, models

from ..value import period_of

EXPECTED_FIELDS = frozenset({"expected_months", "expected_offer_share"})


class CrmPoolPolicy(models.Model):
    """For which periods a company expects purchases (G26)."""

    _inherit = "crm.pool.policy"

    expected_months = fields.Selection(
        selection=[("1", "Month"), ("3", "Quarter")],
        string="Period of Expected Purchases",
        required=True,
        default="1",
    )
    expected_offer_share = fields.Float(
        string="Quotations That Are Accepted",
        default=30.0,
        help="Percent of a quotation that is expected to be bought when no opportunity "
        "tells its probability.",
    )

    _expected_share_check = models.Constraint(
        "CHECK (expected_offer_share BETWEEN 0 AND 100)",
        "The share of accepted quotations is 0 to 100 percent.",
    )

    def write(self, vals):
        result = super().write(vals)
        if EXPECTED_FIELDS.intersection(vals):
            self._rate_anew()
        return result

    def _expected_period(self, ahead=1):
        """First and last day of the period after today's, or `ahead` periods after."""
        self.ensure_one()
        today = self._local(fields.Datetime.now()).date()
        return period_of(today, int(self.expected_months), ahead)
