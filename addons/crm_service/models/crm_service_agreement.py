from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class CrmServiceAgreement(models.Model):
    """A contract that says which service a customer may have.

    - It covers requests of its customer (the whole commercial entity) for its
      products (none named: all), from its first to its last day, in its company.
      Days are those of the hours of cover's zone, else of the company's hours.
    - Included are requests without limit, a number of requests, or hours. What is
      used up is known by `used_quantity`, written by one guarded SQL statement
      only, and told line by line in `entry_ids`.
    - A draft or ended agreement covers nothing.
    """

    _name = "crm.service.agreement"
    _description = "Service Agreement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_end, id"
    _rec_names_search = ["number", "name", "partner_id.complete_name"]
    _check_company_auto = True

    number = fields.Char(readonly=True, copy=False, default="/", index="trigram")
    name = fields.Char(string="Title", required=True, tracking=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        ondelete="restrict",
        check_company=True,
        index=True,
        tracking=True,
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", store=True, index=True
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        check_company=True,
        index="btree_not_null",
        tracking=True,
    )
    state = fields.Selection(
        selection=[("draft", "Draft"), ("active", "Active"), ("ended", "Ended")],
        default="draft",
        required=True,
        copy=False,
        tracking=True,
    )
    date_start = fields.Date(
        string="First Day", required=True, default=fields.Date.context_today
    )
    date_end = fields.Date(string="Last Day", required=True, tracking=True)
    product_ids = fields.Many2many(
        comodel_name="product.product",
        string="Products",
        check_company=True,
        help="Products that are covered. Empty: everything.",
    )
    kind = fields.Selection(
        selection=[
            ("unlimited", "Without limit"),
            ("incidents", "Number of requests"),
            ("hours", "Hours"),
        ],
        string="Included",
        required=True,
        default="unlimited",
        tracking=True,
    )
    included_quantity = fields.Float(
        digits=(16, 2),
        tracking=True,
        help="Requests or hours that are included in all.",
    )
    used_quantity = fields.Float(
        string="Used", digits=(16, 2), readonly=True, copy=False
    )
    remaining_quantity = fields.Float(
        string="Left", digits=(16, 2), compute="_compute_remaining_quantity"
    )
    entry_ids = fields.One2many(
        comodel_name="crm.service.agreement.entry",
        inverse_name="agreement_id",
        string="Consumption",
        readonly=True,
    )
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Hours of Cover",
        check_company=True,
        help="Hours in which promised times run. Empty: the team's, else the "
        "company's working hours.",
    )
    sla_ids = fields.One2many(
        comodel_name="crm.service.sla",
        inverse_name="agreement_id",
        string="Promised Times",
    )
    note = fields.Html()
    validity = fields.Selection(
        selection=[
            ("covered", "Covers"),
            ("used_up", "Used up"),
            ("expired", "Expired"),
            ("not_started", "Not started"),
            ("none", "Not active"),
        ],
        string="Today",
        compute="_compute_validity",
    )

    _dates_in_order = models.Constraint(
        "CHECK(date_end >= date_start)",
        "An agreement cannot end before it starts.",
    )
    _used_within_included = models.Constraint(
        "CHECK(used_quantity >= 0 AND (kind = 'unlimited' "
        "OR used_quantity <= included_quantity))",
        "More was used than the agreement includes.",
    )
    _cover_idx = models.Index("(commercial_partner_id, company_id, state)")

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------
    @api.depends("number", "name")
    def _compute_display_name(self):
        for agreement in self:
            agreement.display_name = f"{agreement.number} {agreement.name}"

    @api.depends("kind", "included_quantity", "used_quantity")
    def _compute_remaining_quantity(self):
        for agreement in self:
            limited = agreement.kind != "unlimited"
            left = agreement.included_quantity - agreement.used_quantity
            agreement.remaining_quantity = left if limited else 0

    @api.depends("state", "date_start", "date_end", "remaining_quantity")
    def _compute_validity(self):
        now = fields.Datetime.now()
        for agreement in self:
            agreement.validity = agreement._validity_at(now)

    # ------------------------------------------------------------------
    # Constrains
    # ------------------------------------------------------------------
    @api.constrains("kind", "included_quantity")
    def _check_included(self):
        for agreement in self:
            if agreement.kind != "unlimited" and agreement.included_quantity <= 0:
                raise ValidationError(
                    self.env._(
                        "%(name)s: say how many requests or hours are included.",
                        name=agreement.name,
                    )
                )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_used_quantity(vals)
            if vals.get("number", "/") == "/":
                company = self.env["res.company"].browse(
                    vals.get("company_id") or self.env.company.id
                )
                vals["number"] = (
                    self.env["ir.sequence"]
                    .with_company(company)
                    .next_by_code("crm.service.agreement")
                )
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_used_quantity(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if any(agreement.state != "draft" for agreement in self):
            raise UserError(
                self.env._("Only draft agreements can be deleted; end it instead.")
            )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------
    def action_activate(self):
        self.write({"state": "active"})

    def action_end(self):
        self.write({"state": "ended"})

    def action_draft(self):
        if any(agreement.entry_ids for agreement in self):
            raise UserError(
                self.env._("An agreement that was used cannot become a draft again.")
            )
        self.write({"state": "draft"})

    # ------------------------------------------------------------------
    # Business: cover
    # ------------------------------------------------------------------
    @api.model
    def get_coverage(self, partner_id, product_id=None):
        """What a customer may have now, for the call screen and quick entry (RPC).

        Returns a dict: coverage (covered, used_up, expired, not_started, none),
        message (in the user's language), agreement_id (False when there is none).
        Raises AccessError when the user does not see the customer.
        """
        partner = self.env["res.partner"].browse(partner_id)
        partner.check_access("read")
        product = self.env["product.product"].browse(product_id or False)
        agreement, facts = self._find_coverage(partner, self.env.company, product)
        return {
            "coverage": facts["coverage"],
            "message": self._coverage_message(facts),
            "agreement_id": agreement.id,
        }

    def _day_at(self, moment):
        """The day of `moment` (UTC) where the agreement's hours are kept."""
        self.ensure_one()
        calendar = self.calendar_id or self.company_id.resource_calendar_id
        zone = pytz.timezone(calendar.tz or "UTC")
        return pytz.utc.localize(moment).astimezone(zone).date()

    def _validity_at(self, moment, given_back=0.0):
        """What the agreement says at `moment`; `given_back` is not counted as used."""
        self.ensure_one()
        if self.state != "active" or not (self.date_start and self.date_end):
            return "none"
        day = self._day_at(moment)
        if day < self.date_start:
            return "not_started"
        if day > self.date_end:
            return "expired"
        if self.kind == "unlimited":
            return "covered"
        left = self.remaining_quantity + given_back
        needed = 1 if self.kind == "incidents" else 0.01
        return "covered" if left >= needed else "used_up"

    @api.model
    def _find_coverage(
        self, partner, company, product=None, moment=None, chosen=None, own=None
    ):
        """The agreement that answers for a request, and why.

        partner, company, product: records (product may be empty); moment: UTC,
        now when missing; chosen: an agreement picked by hand, judged alone;
        own: {agreement id: quantity} that the request itself has used already.
        Returns (agreement or empty, facts), facts being what `_coverage_message`
        turns into words. A covering agreement wins, then one that is used up, then
        one not started, then the last expired; one that names the product before
        one that covers everything; the earliest end first.
        """
        moment = moment or fields.Datetime.now()
        own = own or {}
        candidates = chosen or self.search(
            Domain("commercial_partner_id", "=", partner.commercial_partner_id.id)
            & Domain("company_id", "=", company.id)
            & Domain("state", "=", "active")
        )
        fitting = candidates.filtered(
            lambda agreement: (
                not agreement.product_ids or product in agreement.product_ids
            )
        )
        if not fitting:
            facts = {"coverage": "none", "other_products": len(candidates)}
            return chosen or self.browse(), facts
        order = ["covered", "used_up", "not_started", "expired", "none"]
        long_ago = fields.Date.today() + timedelta(days=36500)

        def rank(agreement):
            validity = agreement._validity_at(moment, own.get(agreement.id, 0.0))
            end = agreement.date_end or long_ago
            late = -end.toordinal() if validity == "expired" else end.toordinal()
            return order.index(validity), not agreement.product_ids, late, agreement.id

        best = min(fitting, key=rank)
        return best, best._coverage_facts(moment, own.get(best.id, 0.0))

    def _coverage_facts(self, moment, given_back=0.0):
        self.ensure_one()
        return {
            "coverage": self._validity_at(moment, given_back),
            "number": self.number,
            "kind": self.kind,
            "included": self.included_quantity,
            "used": self.used_quantity - given_back,
            "start": fields.Date.to_string(self.date_start),
            "end": fields.Date.to_string(self.date_end),
        }

    # ------------------------------------------------------------------
    # Business: consumption
    # ------------------------------------------------------------------
    def _refuse_used_quantity(self, vals):
        if "used_quantity" in vals:
            raise AccessError(
                self.env._("What is used follows from the consumption lines.")
            )

    def _take(self, quantity, partial=False):
        """Count `quantity` as used and return what was really taken.

        All or nothing, or with `partial` as much as is left. One UPDATE that
        carries its own limit: under REPEATABLE READ a check before it would not
        hold (two requests at once), this replays instead. Negative gives back.
        """
        self.ensure_one()
        self.flush_recordset(["used_quantity", "included_quantity", "kind"])
        taken = SQL("%s::numeric", quantity)
        if partial:
            taken = SQL(
                "CASE WHEN kind = 'unlimited' THEN %(quantity)s::numeric "
                "ELSE LEAST(%(quantity)s::numeric, included_quantity "
                "- COALESCE(used_quantity, 0)) END",
                quantity=quantity,
            )
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE crm_service_agreement agreement
                   SET used_quantity = COALESCE(agreement.used_quantity, 0) + o.taken
                  FROM (SELECT id, %(taken)s AS taken
                          FROM crm_service_agreement WHERE id = %(id)s) o
                 WHERE agreement.id = o.id
                   AND (agreement.kind = 'unlimited'
                        OR COALESCE(agreement.used_quantity, 0) + o.taken
                           <= agreement.included_quantity)
             RETURNING o.taken
                """,
                taken=taken,
                id=self.id,
            )
        )
        self.invalidate_recordset(["used_quantity"], flush=False)
        self.modified(["used_quantity"])
        return float(rows[0][0]) if rows else 0.0
