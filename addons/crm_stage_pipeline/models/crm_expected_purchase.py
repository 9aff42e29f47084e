from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_date, formatLang

# What a person says; everything else is computed.
HAND_FIELDS = frozenset({"is_by_hand", "hand_amount", "hand_reason"})
ENTRY_FIELDS = HAND_FIELDS | {"customer_id", "partner_id"}


class CrmExpectedPurchase(models.Model):
    """What somebody will buy in a period, and what he bought then (预测购买力, G26).

    - One for each customer's person who orders and each period; computed every night
      for the next period, untouched when that has begun.
    - An agent's value counts instead of the computed one and needs a reason; who gave
      it and when stay beside it. Who may edit the customer may give one.
    - What was bought, less credit notes, is compared: while the period runs and until
      the end of the following one. Amounts in the company's currency, without taxes.
    """

    _name = "crm.expected.purchase"
    _description = "Expected Purchase"
    _order = "period_start desc, expected_amount desc, id"
    _rec_name = "partner_id"
    _check_company_auto = True
    _log_access = False

    customer_id = fields.Many2one(
        comodel_name="crm.pool.customer",
        required=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="customer_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Who Orders",
        required=True,
        index=True,
        ondelete="cascade",
        help="A person of the customer, or the customer itself.",
    )
    period_start = fields.Date(string="From", required=True, readonly=True)
    period_end = fields.Date(string="To", required=True, readonly=True)
    usual_amount = fields.Monetary(
        string="Usual",
        readonly=True,
        help="By the rate of the last year and the same period one year before.",
    )
    offered_amount = fields.Monetary(
        string="On Offer",
        readonly=True,
        help="Open quotations, each by the probability of its opportunity.",
    )
    needed_amount = fields.Monetary(
        string="Needs",
        readonly=True,
        help="Opportunities without a quotation yet, by their probability.",
    )
    computed_amount = fields.Monetary(
        string="Computed",
        readonly=True,
        help="The greater of what is usual, and of offers and needs together.",
    )
    is_by_hand = fields.Boolean(string="By Hand")
    hand_amount = fields.Monetary(string="Own Estimate")
    hand_reason = fields.Char(string="Why")
    hand_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Estimated By",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    hand_at = fields.Datetime(string="Estimated On", readonly=True)
    expected_amount = fields.Monetary(
        string="Expected",
        compute="_compute_expected_amount",
        store=True,
        help="The own estimate when there is one, else what was computed.",
    )
    actual_amount = fields.Monetary(
        string="Bought",
        readonly=True,
        help="Confirmed orders of the period less credit notes.",
    )
    explanation = fields.Char(compute="_compute_explanation")
    is_open = fields.Boolean(
        compute="_compute_is_open",
        help="The period has not begun: an estimate may still be given.",
    )

    _person_period_uniq = models.Constraint(
        "UNIQUE (customer_id, partner_id, period_start)",
        "There is an expected purchase of this person in the period: change that one.",
    )
    _hand_check = models.Constraint(
        "CHECK (NOT is_by_hand"
        " OR (hand_amount >= 0 AND COALESCE(trim(hand_reason), '') <> ''))",
        "An estimate of one's own is not negative and has a reason.",
    )
    _period_idx = models.Index("(company_id, period_start)")

    @api.depends("is_by_hand", "hand_amount", "computed_amount")
    def _compute_expected_amount(self):
        for purchase in self:
            purchase.expected_amount = (
                purchase.hand_amount
                if purchase.is_by_hand
                else purchase.computed_amount
            )

    @api.depends("computed_amount")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for purchase in self:
            amounts = {
                name: formatLang(
                    self.env,
                    purchase[f"{name}_amount"],
                    currency_obj=purchase.currency_id,
                )
                for name in ("usual", "offered", "needed")
            }
            purchase.explanation = self.env._(
                "Usual %(usual)s, or on offer %(offered)s and needs %(needed)s: the "
                "greater counts",
                **amounts,
            )

    @api.depends("period_start", "company_id")
    def _compute_is_open(self):
        for purchase in self:
            begin = purchase.period_start
            purchase.is_open = not begin or begin > purchase._local_today()

    @api.constrains("partner_id", "customer_id")
    def _check_person(self):
        for purchase in self:
            if purchase.partner_id.commercial_partner_id != (
                purchase.customer_id.partner_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(person)s does not belong to %(customer)s.",
                        person=purchase.partner_id.display_name,
                        customer=purchase.customer_id.name,
                    )
                )

    @api.onchange("hand_amount")
    def _onchange_hand_amount(self):
        if self.hand_amount:
            self.is_by_hand = True

    @api.model_create_multi
    def create(self, vals_list):
        prepared = [self._prepare_estimate(vals) for vals in vals_list]
        purchases = super().create(prepared)
        purchases.customer_id.check_access("write")
        purchases._sum_up()
        return purchases

    def write(self, vals):
        self._check_own_words(vals, HAND_FIELDS)
        self.customer_id.check_access("write")
        begun = self.filtered(lambda purchase: not purchase.is_open)
        if begun:
            raise UserError(
                self.env._(
                    "The period from %(day)s on has begun: what was expected stays, to "
                    "be compared with what is bought.",
                    day=format_date(self.env, begun[0].period_start),
                )
            )
        result = super().write({**vals, **self._prepare_signature(vals)})
        self._sum_up()
        return result

    @api.model
    def _prepare_estimate(self, vals):
        """Values of somebody's own estimate for the next period."""
        self._check_own_words(vals, ENTRY_FIELDS)
        customer = self.env["crm.pool.customer"].browse(vals.get("customer_id"))
        customer.check_access("write")
        policy = self.env["crm.pool.policy"]._policy_for(customer.company_id)
        begin, end = policy._expected_period()
        return {
            "partner_id": customer.partner_id.id,
            **vals,
            "is_by_hand": True,
            **self._prepare_signature(vals),
            "period_start": begin,
            "period_end": end,
        }

    @api.model
    def _prepare_signature(self, vals):
        """Who says it, and when; a given amount is meant to count."""
        signed = {"hand_user_id": self.env.uid, "hand_at": fields.Datetime.now()}
        if "hand_amount" in vals and "is_by_hand" not in vals:
            signed["is_by_hand"] = True
        return signed

    @api.model
    def _check_own_words(self, vals, allowed):
        """Refuse a direct write of what is computed, to everybody.

        :raises AccessError: naming the fields
        """
        names = vals.keys() - allowed
        if names:
            raise AccessError(
                self.env._(
                    "These fields of an expected purchase are computed: %(fields)s",
                    fields=", ".join(sorted(names)),
                )
            )

    def _local_today(self):
        """Today in the zone of the company, or of the current one."""
        company = self.company_id or self.env.company
        policy = self.env["crm.pool.policy"]._policy_for(company)
        return policy._local(fields.Datetime.now()).date()

    def _sum_up(self):
        """Show the customers what their people are expected to buy now."""
        self.flush_recordset()
        for company, customers in self.customer_id.grouped("company_id").items():
            policy = self.env["crm.pool.policy"]._policy_for(company)
            customers._sum_expected(policy)
