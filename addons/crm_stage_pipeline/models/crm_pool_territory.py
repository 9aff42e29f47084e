from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class CrmPoolTerritory(models.Model):
    """Customers of a kind, by any field, and to whom they go (P59).

    - Where territories overlap the first one, by sequence, counts.
    - A person gets the customers; a team's members get them in turn, who holds the
      fewest first; a pool takes them shared.
    - Applied to existing customers with a preview, and to new ones without owner
      when the company's policy says so. Nobody gets more than the holding cap.
    """

    _name = "crm.pool.territory"
    _inherit = "crm.filter.mixin"
    _description = "Sales Territory"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    domain = fields.Char(
        string="Customers",
        help="By any field of the contact: city, industry, number, category …",
    )
    target = fields.Selection(
        selection=[("user", "Person"), ("team", "Members of a Team"), ("pool", "Pool")],
        string="They Go To",
        required=True,
        default="user",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Person",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        ondelete="restrict",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        check_company=True,
        ondelete="restrict",
    )
    pool_id = fields.Many2one(
        comodel_name="crm.pool",
        check_company=True,
        ondelete="restrict",
    )
    customer_count = fields.Integer(
        compute="_compute_customer_count",
        help="Customers of the company that fit, whoever owns them.",
    )

    @api.depends("domain", "company_id")
    def _compute_customer_count(self):
        customers = self.env["crm.pool.customer"]
        for territory in self:
            territory.customer_count = customers.search_count(
                territory._customer_domain()
            )

    @api.constrains("target", "user_id", "team_id", "pool_id", "company_id")
    def _check_target(self):
        customers = self.env["crm.pool.customer"]
        for territory in self:
            target = territory[f"{territory.target}_id"]
            if not target:
                raise ValidationError(
                    self.env._("Say to whom the customers of %s go.", territory.name)
                )
            row = customers.new({"company_id": territory.company_id.id})
            if territory.target == "user" and not row._can_own(target):
                refusal = row._result(
                    "wrong_user",
                    owner=target.name,
                    company=territory.company_id.name,
                )
                raise ValidationError(refusal["message"])

    def action_plan(self):
        """Open the preview of what these territories would do."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Apply Territories"),
            "res_model": "crm.pool.distribution",
            "views": [(False, "form")],
            "context": {"default_territory_ids": self.ids},
        }

    def action_open_customers(self):
        """The customers that fit."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "crm.pool.customer",
            "view_mode": "list,kanban,form",
            "domain": list(self._customer_domain()),
        }

    def _customer_domain(self):
        """The rows of the company whose contact fits."""
        self.ensure_one()
        return Domain("company_id", "=", self.company_id.id) & Domain(
            "partner_id", "any", list(self._filter_domain())
        )

    def _receivers(self):
        """Who gets the customers: persons who may own, the fewest held first.

        :return: list of (customers held, id of res.users), sorted
        """
        self.ensure_one()
        # whom a territory names may be known to who applies it
        env_sudo = self.env["crm.pool.customer"]._privileged().env
        row_sudo = env_sudo["crm.pool.customer"].new({"company_id": self.company_id.id})
        users = self.user_id if self.target == "user" else self.team_id.member_ids
        owners = users.filtered(row_sudo._can_own)
        held = {
            user.id: count
            for user, count in env_sudo["crm.pool.customer"]._read_group(
                [
                    ("owner_id", "in", owners.ids),
                    ("company_id", "=", self.company_id.id),
                ],
                ["owner_id"],
                ["__count"],
            )
        }
        return sorted((held.get(user.id, 0), user.id) for user in owners)
