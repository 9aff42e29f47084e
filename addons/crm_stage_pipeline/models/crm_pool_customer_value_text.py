from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date, formatLang

NUMBER = Markup('<td class="text-end">%s</td>')


class CrmPoolCustomer(models.Model):
    """The value of a customer told in parts, in the reader's language (G25)."""

    _inherit = "crm.pool.customer"

    value_explanation = fields.Html(
        compute="_compute_value_explanation",
        compute_sudo=False,
        sanitize=False,
        help="What the score is made of, as of the night it was rated in.",
    )

    @api.depends("value_score")
    @api.depends_context("lang", "uid")
    def _compute_value_explanation(self):
        found = self.env["crm.customer.value"].search([("customer_id", "in", self.ids)])
        by_customer = {value.customer_id.id: value for value in found}
        for customer in self:
            value = by_customer.get(customer._origin.id)
            customer.value_explanation = (
                customer._explain_value(value) if value else False
            )

    def _explain_value(self, value):
        """The table of parts: figure, points, weight, share of the score."""
        names = self._value_part_names()
        rows = Markup().join(
            Markup("<tr><td>%s</td>%s%s%s%s</tr>")
            % (
                names[part["code"]],
                NUMBER % self._value_figure(part["code"], part["figure"]),
                NUMBER % part["points"],
                NUMBER % f"{part['weight']:.0f} %",
                NUMBER % Markup("<b>%s</b>") % part["share"],
            )
            for part in value.parts
        )
        heads = [
            self.env._("Part"),
            self.env._("Figure"),
            self.env._("Points of 100"),
            self.env._("Weight"),
            self.env._("Gives"),
        ]
        head = Markup("<th><b>%s</b></th>") % heads[0] + Markup().join(
            Markup('<th class="text-end"><b>%s</b></th>') % name for name in heads[1:]
        )
        total = Markup(
            '<tr><td colspan="4"><b>%s</b></td><td class="text-end"><b>%s</b></td></tr>'
        )
        return Markup('<table class="table table-sm"><tr>%s</tr>%s%s</table>') % (
            head,
            rows,
            total
            % (
                self.env._(
                    "Customer value on %(day)s",
                    day=format_date(self.env, value.rated_on),
                ),
                sum(part["share"] for part in value.parts),
            ),
        ) + self._value_notes(value)

    @api.model
    def _value_notes(self, value):
        if not value.unconverted_count:
            return Markup()
        note = self.env._(
            "%(count)s orders are left out of the amount and the margin: their "
            "currency has no exchange rate. Ask your consultant to enter one.",
            count=value.unconverted_count,
        )
        return Markup('<p class="text-warning">%s</p>') % note

    @api.model
    def _value_part_names(self):
        return {
            "recency": self.env._("Last order"),
            "frequency": self.env._("Orders"),
            "amount": self.env._("Amount less credit notes"),
            "margin": self.env._("Margin"),
            "satisfaction": self.env._("Satisfaction"),
            "referral": self.env._("Customers introduced"),
        }

    def _value_figure(self, code, figure):
        """A figure with its unit, or that there is none."""
        if figure is None:
            return self.env._("none yet")
        if code == "recency":
            return self.env._("%(count)s days ago", count=max(int(figure), 0))
        if code in ("amount", "margin"):
            currency = self.company_id.currency_id
            return formatLang(self.env, figure, currency_obj=currency)
        if code == "satisfaction":
            points = formatLang(self.env, figure, digits=1)
            return self.env._("%(points)s of 5", points=points)
        return str(int(figure))
