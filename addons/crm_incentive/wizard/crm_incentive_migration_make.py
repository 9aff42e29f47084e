from odoo import Command, fields, models
from odoo.exceptions import UserError


class CrmIncentiveMigration(models.TransientModel):
    """The records that a migration makes, with the rights of who starts it."""

    _inherit = "crm.incentive.migration"

    def _partners(self, agents):
        return self.env["res.partner"].browse(agents).exists()

    def _participant(self, partner_id):
        return (
            self.env["crm.incentive.participant"]
            .with_context(active_test=False)
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("partner_id", "=", partner_id),
                    ("kind", "!=", "house"),
                ],
                limit=1,
            )
        )

    def _make_participants(self):
        """{agent's partner id: participant}, made when missing."""
        partners = self._partners(self._agents())
        # the login of a person tells a representative from a reseller
        users = self.env["res.users"].search(
            [("partner_id", "in", partners.ids), ("share", "=", False)]
        )
        people = {}
        for partner in partners:
            user = users.filtered(lambda u, partner=partner: u.partner_id == partner)[
                :1
            ]
            people[partner.id] = self._participant(partner.id) or self.env[
                "crm.incentive.participant"
            ].create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company_id.id,
                    "user_id": user.id,
                    "kind": "representative" if user else "reseller",
                }
            )
        return people

    def _make_roles(self, people):
        """Relations "agent" of customers, as many as a customer has agents."""
        roles = self.env["crm.incentive.role"]
        lines = self.env["crm.incentive.role.line"]
        known = {
            (line.role_id, line.partner_id.id)
            for line in lines.search([("company_id", "=", self.company_id.id)])
        }
        made = []
        for customer_id, agent_id, number in self._customers():
            while number >= len(made):
                made.append(self._role(len(made) + 1))
            if (made[number], customer_id) not in known:
                lines.create(
                    {
                        "role_id": made[number].id,
                        "partner_id": customer_id,
                        "participant_id": people[agent_id].id,
                        "date_from": self.date_from,
                    }
                )
        return roles.union(*made) if made else self._role(1)

    def _role(self, number):
        roles = self.env["crm.incentive.role"]
        name = self.env._("Agent %(number)s", number=number)
        return roles.search(
            [("name", "=", name), ("company_id", "=", self.company_id.id)], limit=1
        ) or roles.create({"name": name, "company_id": self.company_id.id})

    def _make_plan(self, commission, people, roles):
        """Measure, rate table and a draft plan of a commission."""
        agents = self._agents()
        return self.env["crm.incentive.plan"].create(
            {
                "name": commission["name"],
                "company_id": self.company_id.id,
                "currency_id": self.company_id.currency_id.id,
                "version_ids": [
                    Command.create(
                        {
                            "date_from": self.date_from,
                            "component_ids": [
                                Command.create(self._component(commission, roles))
                            ],
                        }
                    )
                ],
                "assignment_ids": [
                    Command.create(
                        {"participant_id": person.id, "date_from": self.date_from}
                    )
                    for partner_id, person in people.items()
                    if agents[partner_id] == commission["id"]
                ],
            }
        )

    def _component(self, commission, roles):
        """Values of the one component: OCA's sections are rates of each deal."""
        is_fixed = commission["commission_type"] == "fixed"
        table = self.env["crm.incentive.rate.table"].create(
            {
                "name": commission["name"],
                "company_id": self.company_id.id,
                "tier_ids": [
                    Command.create({"lower_bound": lower, "value": value})
                    for lower, value in commission["tiers"]
                ],
            }
        )
        return {
            "name": commission["name"],
            "measure_id": self._make_measure(commission, roles).id,
            "rate_table_id": table.id,
            "mode": "marginal" if is_fixed else "retroactive",
            "scope": "running" if is_fixed else "transaction",
        }

    def _make_measure(self, commission, roles):
        """Agents get overlays: in OCA each has the commission on the whole line."""
        return self.env["crm.incentive.measure"].create(
            {
                "name": commission["name"],
                "code": commission["code"],
                "source": commission["source"],
                "company_id": self.company_id.id,
                "rule_ids": [
                    Command.create({"receiver": "house", "share": "100"}),
                    *(
                        Command.create(
                            {
                                "receiver": "role",
                                "role_id": role.id,
                                "kind": "overlay",
                                "share": "100",
                                "sequence": 20,
                            }
                        )
                        for role in roles
                    ),
                ],
            }
        )

    def _make_adjustments(self, people):
        """Requests for what is owed, in the first open period from the day on."""
        known = self._known_origins()
        owed = [each for each in self._owed() if each["origin"] not in known]
        if not owed:
            return
        period = self.env["crm.incentive.period"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "open"),
                ("date_to", ">=", self.date_from),
            ],
            order="date_from",
            limit=1,
        )
        if not period:
            raise UserError(
                self.env._(
                    "What is owed needs an open period on or after %(date)s: make the "
                    "periods of the year first.",
                    date=fields.Date.to_string(self.date_from),
                )
            )
        self.env["crm.incentive.adjustment"].create(
            [
                {
                    "participant_id": people[each["agent_id"]].id,
                    "period_id": period.id,
                    "currency_id": each["currency_id"],
                    "amount": float(each["amount"]),
                    "reason": self._owed_text(each),
                    "origin": each["origin"],
                }
                for each in owed
                if each["agent_id"] in people
            ]
        )

    def _known_origins(self):
        adjustments = self.env["crm.incentive.adjustment"]
        found = adjustments.search(
            [("company_id", "=", self.company_id.id), ("origin", "!=", False)]
        )
        return set(found.mapped("origin"))


class CrmIncentiveMigrationLine(models.TransientModel):
    """One thing that is found, and what becomes of it."""

    _name = "crm.incentive.migration.line"
    _description = "Incentive Migration Line"
    _order = "id"

    migration_id = fields.Many2one(
        comodel_name="crm.incentive.migration", required=True, ondelete="cascade"
    )
    kind = fields.Selection(
        selection=[
            ("plan", "Plan"),
            ("participant", "Participant"),
            ("adjustment", "Adjustment"),
        ],
        required=True,
    )
    name = fields.Char(required=True)
    detail = fields.Char(string="What Becomes of It", required=True)
    is_taken = fields.Boolean(string="Taken Over")
