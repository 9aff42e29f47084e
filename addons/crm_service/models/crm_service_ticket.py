from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .crm_service_sla import PRIORITIES

STATES = [
    ("new", "New"),
    ("open", "Open"),
    ("waiting", "Waiting for Customer"),
    ("solved", "Solved"),
    ("closed", "Closed"),
]
CHANNELS = [
    ("phone", "Telephone"),
    ("email", "E-mail"),
    ("portal", "Portal"),
    ("web", "Web"),
    ("visit", "Visit"),
    ("other", "Other"),
]


class CrmServiceTicket(models.Model):
    """A customer's request for service.

    - It has a number of its own, from the company's sequence.
    - Cover by an agreement is checked at entry and kept with its reason
      (crm.service.entitlement.mixin); times are promised by the fitting policy
      (crm.service.sla.mixin); its text is found by two characters
      (crm.service.knowledge.mixin).
    - The contact person belongs to the customer's commercial entity.
    - Stages and what they do to the clocks: crm_service_ticket_state.py.
    - A request belongs to one company; internal service users see those of their
      companies whatever the pool says about the customer, portal users those of
      their own commercial entity.
    """

    _name = "crm.service.ticket"
    _description = "Service Request"
    _inherit = [
        "crm.service.sla.mixin",
        "crm.service.entitlement.mixin",
        "crm.service.knowledge.mixin",
        "portal.mixin",
        "rating.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "priority desc, id desc"
    _rec_names_search = ["number", "name"]
    _check_company_auto = True
    _mail_post_access = "read"

    number = fields.Char(readonly=True, copy=False, default="/", index="trigram")
    name = fields.Char(string="Subject", required=True, tracking=True)
    description = fields.Html()
    solution = fields.Html(help="What solved it; found again with the request.")
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
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        ondelete="restrict",
        check_company=True,
        index="btree_not_null",
        help="The person who asked.",
    )
    callback_number = fields.Char(help="Number under which the customer wants a call.")
    category_id = fields.Many2one(
        comodel_name="crm.service.category",
        check_company=True,
        index="btree_not_null",
        tracking=True,
    )
    product_id = fields.Many2one(
        comodel_name="product.product", check_company=True, index="btree_not_null"
    )
    priority = fields.Selection(
        selection=PRIORITIES, default="0", required=True, tracking=True
    )
    channel = fields.Selection(selection=CHANNELS, default="phone", required=True)
    team_id = fields.Many2one(
        comodel_name="crm.service.team",
        check_company=True,
        index="btree_not_null",
        tracking=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Assigned To",
        domain=[("share", "=", False)],
        check_company=True,
        index="btree_not_null",
        tracking=True,
    )
    state = fields.Selection(
        selection=STATES,
        string="Stage",
        default="new",
        required=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    first_response_at = fields.Datetime(
        string="First Answer", readonly=True, copy=False
    )
    solved_at = fields.Datetime(string="Solved On", readonly=True, copy=False)
    closed_at = fields.Datetime(string="Closed On", readonly=True, copy=False)
    color = fields.Integer(groups="base.group_user")

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------
    @api.depends("number", "name")
    def _compute_display_name(self):
        for ticket in self:
            ticket.display_name = f"{ticket.number} {ticket.name or ''}".strip()

    def _compute_access_url(self):  # pylint: disable=missing-return  # a compute
        super()._compute_access_url()
        for ticket in self:
            ticket.access_url = f"/my/service/{ticket.id}"

    # ------------------------------------------------------------------
    # Constrains
    # ------------------------------------------------------------------
    @api.constrains("contact_id", "partner_id")
    def _check_contact(self):
        for ticket in self:
            contact = ticket.contact_id
            if (
                contact
                and contact.commercial_partner_id != ticket.commercial_partner_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(contact)s does not belong to the customer.",
                        contact=contact.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # Onchange
    # ------------------------------------------------------------------
    @api.onchange("contact_id")
    def _onchange_contact_id(self):
        if self.contact_id and not self.partner_id:
            self.partner_id = self.contact_id.commercial_partner_id

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """A person chosen as customer is the contact of their company."""
        partner = self.partner_id
        if partner.parent_id and partner.commercial_partner_id != partner:
            self.contact_id = partner
            self.partner_id = partner.commercial_partner_id
        elif self.contact_id.commercial_partner_id != partner.commercial_partner_id:
            self.contact_id = False

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_partner_access(vals)
            if vals.get("number", "/") == "/":
                company = self.env["res.company"].browse(
                    vals.get("company_id") or self.env.company.id
                )
                vals["number"] = (
                    self.env["ir.sequence"]
                    .with_company(company)
                    .next_by_code("crm.service.ticket")
                )
        tickets = super().create(vals_list)
        for ticket in tickets:
            asking = ticket.contact_id or ticket.partner_id
            ticket.message_subscribe(partner_ids=asking.ids)
        return tickets

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------
    def _check_partner_access(self, vals):
        """A customer's id given by a client must be one that they may see."""
        ids = {vals.get("partner_id"), vals.get("contact_id")} - {False, None}
        if ids and not self.env.su:
            self.env["res.partner"].browse(ids).check_access("read")

    @api.model
    def _sla_criteria_fields(self):
        return super()._sla_criteria_fields() | {
            "agreement_id",
            "category_id",
            "partner_id",
            "priority",
            "product_id",
            "team_id",
        }

    def _sla_criteria(self):
        return {
            "agreement_id": self.coverage == "covered" and self.agreement_id.id,
            "priority": self.priority,
            "category_id": self.category_id.id,
            "team_id": self.team_id.id,
        }

    def _sla_calendar(self, policy):
        return (
            policy.calendar_id
            or (self.coverage == "covered" and self.agreement_id.calendar_id)
            or self.team_id.calendar_id
            or self.company_id.resource_calendar_id
        )

    def _sla_responsible(self):
        return self.user_id or self.team_id.leader_id or self.agreement_id.user_id

    @api.model
    def _text_fields(self):
        return [("number", "A"), ("name", "A"), ("solution", "B"), ("description", "C")]

    def _rating_get_operator(self):
        return self.user_id.partner_id or super()._rating_get_operator()

    @api.model
    def _open_domain(self):
        return Domain("state", "in", ("new", "open", "waiting"))
