from odoo import api, fields, models
from odoo.fields import Domain

from .res_partner_contact import SHOWN


class CrmPoolCustomer(models.Model):
    """The customer card (客户详情, G56): all about one customer on one page.

    - Each part is a place of the card's view, `part_<name>`, which the addon that has
      the records fills by inheriting the view, as with the tracking screen:
      `part_after_sale`, `part_expenses` and `part_points` are empty here.
    - Every part is read with the user's own rights; what one may not read is missing.
    """

    _inherit = "crm.pool.customer"

    card_invoice_ids = fields.Many2many(
        comodel_name="account.move",
        compute="_compute_card_invoice_ids",
        compute_sudo=False,
        string="Latest Invoices",
        help="Open and paid ones, latest first; those that the user may read.",
    )
    card_invoiced = fields.Monetary(
        compute="_compute_card_invoiced",
        compute_sudo=False,
        string="Invoiced",
        currency_field="currency_id",
        help="Invoices less refunds, taxes included, of what the user may read.",
    )
    card_open_amount = fields.Monetary(
        compute="_compute_card_invoiced",
        compute_sudo=False,
        string="Open Amount",
        currency_field="currency_id",
        help="What the customer has still to pay, of what the user may read.",
    )
    card_document_ids = fields.Many2many(
        comodel_name="ir.attachment",
        compute="_compute_card_document_ids",
        compute_sudo=False,
        string="Latest Documents",
        help="Files of the customer and its persons that the user may read.",
    )

    @api.depends("partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_card_invoice_ids(self):
        moves = self.env["account.move"]
        for customer in self:
            customer.card_invoice_ids = moves.has_access("read") and moves.search(
                customer._get_card_invoice_domain(),
                order="invoice_date desc, id desc",
                limit=SHOWN,
            )

    @api.depends("partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_card_invoiced(self):
        moves = self.env["account.move"]
        sums = {}
        if moves.has_access("read"):
            groups = moves._read_group(
                Domain.OR(row._get_card_invoice_domain() for row in self),
                ["commercial_partner_id", "company_id"],
                ["amount_total_signed:sum", "amount_residual_signed:sum"],
            )
            sums = {(one.id, home.id): amounts for one, home, *amounts in groups}
        for customer in self:
            key = (customer.partner_id.id, customer.company_id.id)
            invoiced, open_amount = sums.get(key, (0, 0))
            customer.card_invoiced = invoiced
            customer.card_open_amount = open_amount

    @api.depends("partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_card_document_ids(self):
        attachments = self.env["ir.attachment"]
        for customer in self:
            customer.card_document_ids = attachments.search(
                customer._get_document_domain(), order="id desc", limit=SHOWN
            )

    def action_open_card(self):
        """Open the customer card."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_stage_pipeline.crm_pool_customer_action_card"
        )
        return {**action, "res_id": self.id}

    def action_open_persons(self):
        """All contact persons of the customer."""
        return self._open_part(
            "res.partner",
            self.env._("Contact Persons of %(customer)s", customer=self.name),
            [("parent_id", "=", self.partner_id.id)],
            create=True,
            default_parent_id=self.partner_id.id,
            default_type="contact",
        )

    def action_open_records(self):
        """All contact records of the customer."""
        self.ensure_one()
        return self.partner_id.action_open_contact_records()

    def action_open_orders(self):
        """All quotations and orders of the customer."""
        return self._open_part(
            "sale.order",
            self.env._("Quotations and Orders of %(customer)s", customer=self.name),
            self._get_card_document_domain(),
        )

    def action_open_leads(self):
        """All opportunities of the customer, the ended ones too."""
        return self._open_part(
            "crm.lead",
            self.env._("Opportunities of %(customer)s", customer=self.name),
            [("type", "=", "opportunity"), *self._get_card_document_domain()],
            active_test=False,
        )

    def action_open_invoices(self):
        """All invoices of the customer."""
        return self._open_part(
            "account.move",
            self.env._("Invoices of %(customer)s", customer=self.name),
            self._get_card_invoice_domain(),
        )

    def action_open_log(self):
        """All changes of owner and stage of the customer."""
        return self._open_part(
            "crm.pool.log",
            self.env._("Changes of %(customer)s", customer=self.name),
            [("customer_id", "=", self.id)],
        )

    def _get_card_document_domain(self):
        """Documents of the customer and its persons, in the row's company."""
        self.ensure_one()
        return [
            ("partner_id.commercial_partner_id", "=", self.partner_id.id),
            ("company_id", "in", [self.company_id.id, False]),
        ]

    def _get_card_invoice_domain(self):
        """Posted invoices and refunds of the customer, in the row's company."""
        self.ensure_one()
        return [
            ("commercial_partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
            ("move_type", "in", ("out_invoice", "out_refund", "out_receipt")),
            ("state", "=", "posted"),
        ]

    @api.model
    def _open_part(self, model, name, domain, **context):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "list"), (False, "form")],
            "domain": domain,
            "context": {"create": False, **context},
        }
