from odoo import api, fields, models, tools

from odoo.addons.base.models.res_partner import _tz_get


class CrmPoolPolicy(models.Model):
    """A company's rules for entering, claiming and holding customers."""

    _name = "crm.pool.policy"
    _inherit = "crm.pool.cached.mixin"
    _description = "Pool Policy"
    _rec_name = "company_id"
    _check_company_auto = True

    _cached_fields = frozenset({"company_id"})

    @api.model
    def _default_tz(self):
        company = self.env.company
        return company.partner_id.tz or company.resource_calendar_id.tz or "UTC"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    default_stage_id = fields.Many2one(
        comodel_name="crm.pool.stage",
        string="Stage of New Customers",
        ondelete="restrict",
        domain="[('company_id', 'in', [company_id, False])]",
        help="Where customers enter when nobody names a stage. Empty: the reserve.",
    )
    partial_mode = fields.Selection(
        selection=[
            ("partial", "Claim as many as are left"),
            ("all_or_nothing", "Claim all or none"),
        ],
        string="When More Is Asked Than Is Left",
        required=True,
        default="partial",
    )
    tz = fields.Selection(
        selection=_tz_get,
        string="Time Zone of the Quota",
        required=True,
        default=lambda self: self._default_tz(),
        help="The quota's day begins at midnight of this time zone.",
    )
    line_ids = fields.One2many(
        comodel_name="crm.pool.policy.line",
        inverse_name="policy_id",
        string="Daily Quotas",
        copy=True,
    )
    holding_cap = fields.Integer(
        default=0,
        help="Most customers one person may own at a time. 0: no limit.",
    )
    cooldown_days = fields.Integer(
        default=0,
        help="Days during which the previous owner may not claim a customer again.",
    )
    fresh_delay = fields.Integer(
        string="Fresh Data Delay",
        default=0,
        help="Minutes before a customer that enters the pool may be claimed.",
    )

    _company_uniq = models.Constraint(
        "UNIQUE (company_id)", "A company has one pool policy."
    )
    _not_negative_check = models.Constraint(
        "CHECK (holding_cap >= 0 AND cooldown_days >= 0 AND fresh_delay >= 0)",
        "Caps, days and minutes cannot be negative.",
    )

    @api.model
    def _policy_for(self, company):
        """The policy of `company`, made with the shipped quotas when missing.

        Superuser, because an agent's claim may be the first to need it.
        """
        env_sudo = self.env["crm.pool.customer"]._privileged().env
        policies_sudo = self.with_env(env_sudo)
        policy_id = policies_sudo._id_for(company.id)
        return policies_sudo.browse(policy_id) or policies_sudo._create_defaults(
            company
        )

    @api.model
    @tools.ormcache("company_id")
    def _id_for(self, company_id):
        """Id of a company's policy: every claim asks for it, and it never changes."""
        return self.search([("company_id", "=", company_id)], limit=1).id

    @api.model
    def _create_defaults(self, companies):
        """Create the policies of companies that have none: 20 a day (P24)."""
        agents = self.env.ref("crm_stage_pipeline.crm_stage_pipeline_group_user")
        having = self.search([("company_id", "in", companies.ids)]).company_id
        missing = companies - having
        return self.create(
            [
                {
                    "company_id": company.id,
                    "tz": self.with_company(company)._default_tz(),
                    "line_ids": [
                        fields.Command.create(
                            {"group_id": agents.id, "stage_code": code}
                        )
                        for code in ("reserve", "target", "potential")
                    ],
                }
                for company in missing
            ]
        )

    def _entry_stage(self):
        """The stage of a customer that enters without one (P5)."""
        self.ensure_one()
        return self.default_stage_id or self.env["crm.pool.stage"]._stage_for(
            "reserve", self.company_id
        )
