from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class CrmIncentiveRole(models.Model):
    """A kind of sales relation that the company defines: who looks after a customer."""

    _name = "crm.incentive.role"
    _description = "Incentive Sales Relation"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(default=True)
    line_ids = fields.One2many(
        comodel_name="crm.incentive.role.line",
        inverse_name="role_id",
        string="Customers",
    )


class CrmIncentiveRoleLine(models.Model):
    """Who has a role for a customer, from one day to another; one at a time."""

    _name = "crm.incentive.role.line"
    _inherit = "crm.incentive.marked.mixin"
    _description = "Incentive Sales Relation of a Customer"
    _order = "partner_id, date_from desc, id"
    _check_company_auto = True

    role_id = fields.Many2one(
        comodel_name="crm.incentive.role",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one(related="role_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        ondelete="cascade",
        index=True,
        domain=[("parent_id", "=", False)],
    )
    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        domain=[("kind", "!=", "house")],
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="Until")

    _order_of_days = models.Constraint(
        "CHECK (date_to IS NULL OR date_from <= date_to)",
        "A relation's last day is not before the first.",
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(role_id, role_id, '[]') WITH &&,"
        " int4range(partner_id, partner_id, '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&)",
        "A customer has one participant in a role at a time.",
    )


class CrmIncentiveCreditRule(models.Model):
    """More receivers: superiors, team leader, caller, relations the company defines.

    - Superiors get an overlay, each the whole share, up to so many levels above the
      salesperson as the hierarchy was on the day.
    - Caller: who last called the customer on or before the day.
    - Owner, caller, team leader and role are asked once per deal.
    """

    _inherit = "crm.incentive.credit.rule"

    receiver = fields.Selection(
        selection_add=[
            ("superior", "Superiors of the Salesperson"),
            ("leader", "Team Leader of the Salesperson"),
            ("caller", "Last Caller of the Customer"),
            ("role", "Sales Relation of the Customer"),
            ("house",),
        ],
        ondelete={
            "superior": "cascade",
            "leader": "cascade",
            "caller": "cascade",
            "role": "cascade",
        },
    )
    levels = fields.Integer(help="How many levels up; 0: all.")
    role_id = fields.Many2one(
        comodel_name="crm.incentive.role",
        string="Relation",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )

    _named_role = models.Constraint(
        "CHECK ((receiver = 'role') = (role_id IS NOT NULL))",
        "Name the relation of a relation's share, and only there.",
    )
    _levels = models.Constraint(
        "CHECK (COALESCE(levels, 0) >= 0)", "A number of levels is not below 0."
    )

    @api.constrains("receiver", "kind")
    def _check_superior(self):
        for rule in self:
            if rule.receiver == "superior" and rule.kind != "overlay":
                raise ValidationError(
                    self.env._("What superiors get is an overlay beside the deal.")
                )


class CrmIncentiveCredit(models.Model):
    """Who the receivers of :class:`CrmIncentiveCreditRule` are, in SQL."""

    _inherit = "crm.incentive.credit"

    def _receivers(self, measure):
        company = measure.company_id
        return {
            **super()._receivers(measure),
            "superior": (SQL("superior.manager_id"), self._superiors()),
            "leader": (
                SQL("COALESCE(first_owner.participant_id, leader.id)"),
                self._leaders(company),
            ),
            "caller": (
                SQL("COALESCE(first_owner.participant_id, caller.id)"),
                self._callers(company),
            ),
            "role": (
                SQL("COALESCE(first_owner.participant_id, relation.participant_id)"),
                self._relations(),
            ),
        }

    def _superiors(self):
        lines = self.env["crm.incentive.participant.manager"]
        lines.flush_model()
        return SQL(
            """
         LEFT JOIN (%s) superior
                ON rule.receiver = 'superior'
               AND superior.participant_id = seller.id
               AND superior.days @> source.date
               AND (COALESCE(rule.levels, 0) = 0 OR superior.depth <= rule.levels)
            """,
            lines._closure(),
        )

    def _leaders(self, company):
        """Of the first of the salesperson's teams that has a participant as leader."""
        self.env["crm.team.member"].flush_model()
        self.env["crm.team"].flush_model(["user_id"])
        return SQL(
            """
         LEFT JOIN LATERAL (
                    SELECT person.id
                      FROM crm_team_member member
                      JOIN crm_team team ON team.id = member.crm_team_id
                      JOIN crm_incentive_participant person
                        ON person.user_id = team.user_id AND person.company_id = %s
                     WHERE rule.receiver = 'leader' AND member.active
                       AND member.user_id = source.user_id
                  ORDER BY member.id LIMIT 1) leader ON TRUE
            """,
            company.id,
        )

    def _callers(self, company):
        self.env["crm.contact.record"].flush_model()
        zone = self.env["crm.incentive.source"]._zone(company)
        return SQL(
            """
         LEFT JOIN LATERAL (
                    SELECT person.id
                      FROM crm_contact_record record
                      JOIN crm_incentive_participant person
                        ON person.user_id = record.user_id AND person.company_id = %s
                     WHERE rule.receiver = 'caller'
                       AND record.customer_id = customer.id AND record.channel = 'call'
                       AND (record.date AT TIME ZONE 'UTC' AT TIME ZONE %s)::date
                           <= source.date
                  ORDER BY record.date DESC, record.id DESC LIMIT 1) caller ON TRUE
            """,
            company.id,
            zone,
        )

    def _relations(self):
        self.env["crm.incentive.role.line"].flush_model()
        return SQL(
            """
         LEFT JOIN crm_incentive_role_line relation
                ON relation.role_id = rule.role_id
               AND relation.partner_id = source.partner_id
               AND relation.date_from <= source.date
               AND (relation.date_to IS NULL OR relation.date_to >= source.date)
            """
        )
