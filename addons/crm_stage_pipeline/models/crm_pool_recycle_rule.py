from odoo import api, fields, models, tools
from odoo.exceptions import AccessError

from ..pool.recycling import Rule


class CrmPoolRecycleRule(models.Model):
    """When a customer goes back to the pool by itself (P27).

    - Uncontacted: n days after the claim without any contact.
    - Gap: n days after the last contact since the claim.
    - Failed: n days after the follow-up failed; what counts as failed is chosen.
    - Protection: n days after the customer's protection ended.
    - A rule of n days leaves n whole days after the day on which its clock starts.
    - A rule is a draft until a manager has seen what it would take back tonight and
      put it in force; who changes its conditions makes it a draft again.
    """

    _name = "crm.pool.recycle.rule"
    _inherit = "crm.filter.mixin"
    _description = "Recycling Rule"
    _order = "sequence, id"
    _check_company_auto = True

    # The sentinel is an object: no client can send it.
    _force_sentinel = object()
    _condition_fields = frozenset(
        {
            "policy_id",
            "kind",
            "days",
            "counting",
            "failure",
            "attempts",
            "pool_id",
            "stage_ids",
            "domain",
        }
    )

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    policy_id = fields.Many2one(
        comodel_name="crm.pool.policy", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="policy_id.company_id", store=True, precompute=True
    )
    state = fields.Selection(
        selection=[("draft", "Draft"), ("force", "In Force")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
    )
    kind = fields.Selection(
        selection=[
            ("uncontacted", "Claimed and never contacted"),
            ("gap", "Not contacted for a while"),
            ("failed", "Follow-up failed"),
            ("protection", "Protection expired"),
        ],
        required=True,
        default="uncontacted",
    )
    days = fields.Integer(
        required=True,
        default=7,
        help="Whole days that must pass after the day on which the clock starts.",
    )
    counting = fields.Selection(
        selection=[
            ("calendar", "Every day"),
            ("working", "Working days of the company"),
            ("attended", "Working days without the owner's time off"),
        ],
        string="Days that Count",
        required=True,
        default="calendar",
        help="Working days and holidays are those of the company's working schedule.",
    )
    failure = fields.Selection(
        selection=[
            ("not_interested", "Not interested"),
            ("unreached", "Could not be reached"),
            ("lost", "Opportunity lost"),
        ],
        default="not_interested",
        help="Not interested: the last contacts ended so. Could not be reached: the "
        "last attempts reached nobody. Opportunity lost: the last opportunity was "
        "lost and none is open.",
    )
    attempts = fields.Integer(
        string="Times in a Row",
        default=1,
        help="After so many such contacts, one after the other, the follow-up has "
        "failed.",
    )
    pool_id = fields.Many2one(
        comodel_name="crm.pool",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Leave empty for all pools.",
    )
    stage_ids = fields.Many2many(
        comodel_name="crm.pool.stage",
        string="Stages",
        domain="[('company_id', 'in', [company_id, False])]",
        help="Leave empty for all stages.",
    )
    domain = fields.Char(
        string="Customers",
        help="Only customers that meet this condition.",
    )

    _days_check = models.Constraint(
        "CHECK (days > 0 OR (days = 0 AND kind IN ('protection', 'failed')))",
        "A rule needs at least one day.",
    )
    _attempts_check = models.Constraint(
        "CHECK (attempts > 0)", "At least one contact must have failed."
    )

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("state", "draft") != "draft" for vals in vals_list):
            raise self._force_error()
        return super().create(vals_list)

    def write(self, vals):
        is_forcing = self.env.context.get("crm_pool_force") is self._force_sentinel
        if vals.get("state", "draft") != "draft" and not is_forcing:
            raise self._force_error()
        if self._condition_fields.intersection(vals):
            vals = {**vals, "state": "draft"}
        policies = self._policies_in_force()
        result = super().write(vals)
        if {"state", "sequence"}.intersection(vals):
            self.env.registry.clear_cache()  # see _rules_in_force
            (policies | self._policies_in_force())._refresh()
        return result

    def unlink(self):
        policies = self._policies_in_force()
        self.env.registry.clear_cache()
        result = super().unlink()
        policies._refresh()
        return result

    def action_suspend(self):
        """Take rules out of force; nothing goes back by them any more."""
        self.filtered(lambda rule: rule.state == "force").write({"state": "draft"})

    def _put_in_force(self):
        """Called when a manager has seen what would go (and by the demo data)."""
        self.check_access("write")
        self.with_context(crm_pool_force=self._force_sentinel).write({"state": "force"})

    def _policies_in_force(self):
        """The policies that a change of self concerns."""
        return self.filtered(lambda rule: rule.state == "force").policy_id

    def _force_error(self):
        return AccessError(
            self.env._(
                "A rule is put in force after a look at what it would take back: "
                "use the button of the policy."
            )
        )

    def _filter_model(self):
        return self.env["crm.pool.customer"]

    def _to_rules(self):
        """Rules as the pure package knows them, in order."""
        return tuple(
            Rule(
                id=rule.id,
                kind=rule.kind,
                days=rule.days,
                counting=rule.counting,
                failure=rule.failure if rule.kind == "failed" else None,
                attempts=rule.attempts,
                pool_id=rule.pool_id.id or None,
                stage_ids=frozenset(rule.stage_ids.ids),
                has_domain=not rule._filter_domain().is_true(),
            )
            for rule in self.sorted()
        )

    @api.model
    @tools.ormcache("company_id")
    def _rules_in_force(self, company_id):
        """The rules in force of a company, as the pure package knows them.

        Superuser: an agent's claim or contact record moves the date too.
        """
        rules_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        return rules_sudo.search(
            [("company_id", "=", company_id), ("state", "=", "force")]
        )._to_rules()
