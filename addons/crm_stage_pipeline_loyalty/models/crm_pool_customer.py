from odoo import api, fields, models
from odoo.fields import Domain

# What the views show of points.
POINTS_NODES = ("loyalty_card_part", "loyalty_points", "filter_points")


class CrmPoolCustomer(models.Model):
    """Points of a customer and its persons (P55).

    Rules, collecting and spending are those of Odoo's loyalty programs; where a
    company has none, nothing of points is shown.
    """

    _inherit = "crm.pool.customer"

    loyalty_points = fields.Float(
        string="Points",
        compute="_compute_loyalty_points",
        search="_search_loyalty_points",
        help="Of the customer and its persons, in all running loyalty programs.",
    )

    loyalty_history_ids = fields.Many2many(
        related="partner_id.pool_points_history_ids", related_sudo=False
    )

    def _compute_loyalty_points(self):
        """Superuser: cards of persons whom another salesperson serves count."""
        cards_sudo = self._privileged().env["loyalty.card"]
        points = {}
        for partner, company, total in cards_sudo._read_group(
            Domain(self._get_card_domain())
            & Domain("partner_id.commercial_partner_id", "in", self.partner_id.ids),
            ["partner_id", "company_id"],
            ["points:sum"],
        ):
            key = (partner.commercial_partner_id.id, company.id)
            points[key] = points.get(key, 0) + total
        for customer in self:
            partner_id = customer.partner_id.id
            customer.loyalty_points = points.get(
                (partner_id, customer.company_id.id), 0
            ) + points.get((partner_id, False), 0)

    @api.model
    def _search_loyalty_points(self, operator, value):
        """Customers with more than so many points."""
        if operator not in (">", ">=") or value < 0 or (operator, value) == (">=", 0):
            return NotImplemented
        totals = {}
        cards_sudo = self._privileged().env["loyalty.card"]
        for partner, total in cards_sudo._read_group(
            Domain(self._get_card_domain()) & Domain("partner_id", "!=", False),
            ["partner_id"],
            ["points:sum"],
        ):
            commercial = partner.commercial_partner_id.id
            totals[commercial] = totals.get(commercial, 0) + total
        reached = [
            partner_id
            for partner_id, total in totals.items()
            if total > value or (operator == ">=" and total == value)
        ]
        return Domain("partner_id", "in", reached)

    def action_open_loyalty_cards(self):
        """All cards of the customer and its persons, with their movements."""
        return self._open_part(
            "loyalty.card",
            self.env._("Points of %(customer)s", customer=self.name),
            [
                *self._get_card_domain(),
                ("partner_id.commercial_partner_id", "=", self.partner_id.id),
            ],
        )

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self.env["loyalty.program"]._has_points(self.env.company))

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Without anything of points, where the company collects none."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if not self.env["loyalty.program"]._has_points(self.env.company):
            shown = " or ".join(f"@name='{name}'" for name in POINTS_NODES)
            for node in arch.xpath(f"//*[{shown}]"):
                node.getparent().remove(node)
        return arch, view

    @api.model
    def _get_card_domain(self):
        return [
            ("program_id.program_type", "=", "loyalty"),
            ("program_id.active", "=", True),
            ("company_id", "in", [*self.env.companies.ids, False]),
        ]
