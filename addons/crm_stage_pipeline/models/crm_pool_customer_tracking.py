from odoo import api, fields, models

from .res_partner_contact import SHOWN


class CrmPoolCustomer(models.Model):
    """The tracking screen (正在跟踪): everything for working one customer (P43, G32).

    The form of the row itself: persons, contact records, opportunities and orders,
    and what can be opened beside them. Other addons add to it as to any form.
    """

    _inherit = "crm.pool.customer"

    person_ids = fields.One2many(
        related="partner_id.child_ids",
        string="Contact Persons",
        related_sudo=False,
        readonly=False,
    )
    website = fields.Char(related="partner_id.website")
    selling_lead_ids = fields.Many2many(
        comodel_name="crm.lead",
        compute="_compute_selling_lead_ids",
        compute_sudo=False,
        string="Opportunities in Sale",
        help="The running and paused ones that the user may read.",
    )
    followed_order_ids = fields.Many2many(
        comodel_name="sale.order",
        compute="_compute_selling_lead_ids",
        compute_sudo=False,
        string="Quotations and Orders",
        help="Latest first; those that the user may read.",
    )
    tracking_right = fields.Char(
        compute="_compute_tracking_right",
        compute_sudo=False,
        help="What the user is to the customer, see _rights.",
    )

    @api.depends("partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_selling_lead_ids(self):
        for customer in self:
            mine = [
                ("partner_id.commercial_partner_id", "=", customer.partner_id.id),
                ("company_id", "in", [customer.company_id.id, False]),
            ]
            customer.selling_lead_ids = self.env["crm.lead"].search(
                [*mine, ("sales_mark", "in", ("selling", "paused"))],
                order="sales_mark desc, next_visit_date, id",
                limit=SHOWN,
            )
            customer.followed_order_ids = self.env["sale.order"].search(
                mine, order="id desc", limit=SHOWN
            )

    @api.depends("owner_id", "access")
    @api.depends_context("uid", "company", "allowed_company_ids")
    def _compute_tracking_right(self):
        rights = self._rights()
        for customer in self:
            customer.tracking_right = rights.get(customer.id) or ""

    def action_track(self):
        """Open the tracking screen."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_stage_pipeline.crm_pool_customer_action_tracking"
        )
        return {**action, "res_id": self.id}

    def action_operation(self):
        """Run the action of a button of the screen: context crm_pool_operation."""
        self.ensure_one()
        return self.env["crm.pool.operation"]._open(
            self.env.context["crm_pool_operation"], self
        )

    def action_new_contact_record(self):
        """Write down a contact, about the opportunity or order that is worked on."""
        self.ensure_one()
        action = self.partner_id.action_new_contact_record()
        action["context"] = {
            **action["context"],
            "default_customer_id": self.id,
            "default_lead_id": self.env.context.get("crm_tracked_lead_id"),
            "default_order_id": self.env.context.get("crm_tracked_order_id"),
        }
        return action

    def action_new_lead(self):
        """Start an opportunity with this customer (生成商机)."""
        return self._new_document("crm.lead", type="opportunity", name=self.name)

    def action_new_order(self):
        """Start a quotation for this customer (生成订单)."""
        return self._new_document("sale.order")

    def action_open_documents(self):
        """The files of the customer and its persons; new ones can be added."""
        self.ensure_one()
        partner = self.partner_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Documents of %(customer)s", customer=self.name),
            "res_model": "ir.attachment",
            "views": [(False, "kanban"), (False, "list")],
            "target": "new",
            "domain": self._get_document_domain(),
            "context": {
                "default_res_model": "res.partner",
                "default_res_id": partner.id,
                "dialog_size": "extra-large",
            },
        }

    def action_open_products(self):
        """What can be sold, at this customer's prices."""
        self.ensure_one()
        view = self.env.ref("crm_stage_pipeline.product_product_view_list_tracking")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Products and Prices for %(name)s", name=self.name),
            "res_model": "product.product",
            "views": [(view.id, "list")],
            "target": "new",
            "domain": [("sale_ok", "=", True)],
            "context": {
                "crm_customer_partner_id": self.partner_id.id,
                "dialog_size": "extra-large",
            },
        }

    def _get_document_domain(self):
        """Files of the customer and its persons, those of fields left out."""
        self.ensure_one()
        partner = self.partner_id
        return [
            ("res_model", "=", "res.partner"),
            ("res_id", "in", [partner.id, *partner.child_ids.ids]),
            ("res_field", "=", False),
        ]

    def _new_document(self, model, **defaults):
        self.ensure_one()
        defaults = {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            **defaults,
        }
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "views": [(False, "form")],
            "context": {f"default_{name}": value for name, value in defaults.items()},
        }
