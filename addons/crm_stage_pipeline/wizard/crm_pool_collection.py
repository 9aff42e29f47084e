from odoo import api, fields, models
from odoo.exceptions import AccessError

# What goes to the customer's contact as it is.
PARTNER_FIELDS = ("name", "phone", "mobile", "email", "website", "street", "city")


class CrmPoolCollection(models.TransientModel):
    """Entering customers by hand from the web (网上收集), one after the other (P50).

    Beside the form stand the sites; saving empties it and keeps what is the same for
    the next: stage, owner, source, industry, city.
    """

    _name = "crm.pool.collection"
    _description = "Collect Customers"

    @api.model
    def _default_stage_id(self):
        policy = self.env["crm.pool.policy"]._policy_for(self.env.company)
        return policy._entry_stage()

    name = fields.Char(string="Customer Name")
    is_company = fields.Boolean(string="Is a Company", default=True)
    contact_name = fields.Char(string="Contact Person")
    contact_function = fields.Char(string="Job Position")
    phone = fields.Char()
    mobile = fields.Char()
    email = fields.Char(string="E-mail")
    website = fields.Char()
    street = fields.Char(string="Address")
    city = fields.Char()
    industry_id = fields.Many2one(comodel_name="res.partner.industry")
    source_id = fields.Many2one(comodel_name="utm.source")
    note = fields.Text()
    stage_id = fields.Many2one(
        comodel_name="crm.pool.stage",
        domain="[('company_id', 'in', [company_id, False])]",
        default=lambda self: self._default_stage_id(),
    )
    is_shared = fields.Boolean(
        string="Shared", help="Off: the customer is yours from the beginning."
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
        readonly=True,
    )
    site_ids = fields.Many2many(
        comodel_name="crm.web.site", compute="_compute_site_ids", string="Sites"
    )
    last_id = fields.Many2one(
        comodel_name="crm.pool.customer", string="Saved Last", readonly=True
    )
    count = fields.Integer(string="Collected", readonly=True)

    @api.depends("company_id")
    def _compute_site_ids(self):
        for collection in self:
            collection.site_ids = self.env["crm.web.site"].search(
                [("company_id", "=", collection.company_id.id)]
            )

    def action_save(self):
        """Enter the customer and empty the form for the next.

        :raises ValidationError: when the customer exists, see crm.customer.key
        """
        self.ensure_one()
        customer = self._create_customer()
        kept = ("stage_id", "is_shared", "source_id", "industry_id", "is_company")
        following = self.create(
            {
                "city": self.city,
                "last_id": customer.id,
                "count": self.count + 1,
                **{
                    name: self[name].id if name.endswith("_id") else self[name]
                    for name in kept
                },
            }
        )
        return following._form()

    def _create_customer(self):
        if not self.env.user.has_group(
            "crm_stage_pipeline.crm_stage_pipeline_group_user"
        ):
            raise AccessError(self.env._("Only agents enter customers."))
        partner = self.env["res.partner"].create(self._prepare_partner_vals())
        if self.is_company and self.contact_name:
            partner.contact_name = self.contact_name
            partner.contact_function = self.contact_function
        customer = self.env["crm.pool.customer"].create(
            {
                "partner_id": partner.id,
                "company_id": self.company_id.id,
                "stage_id": self.stage_id.id,
                "owner_id": False if self.is_shared else self.env.uid,
            }
        )
        if self.source_id:
            # who enters a customer says where it is from, shared ones too
            customer._privileged().source_id = self.source_id
        return customer

    def _prepare_partner_vals(self):
        country = self.company_id.country_id
        return {
            **{name: self[name] for name in PARTNER_FIELDS if self[name]},
            "name": self.name,
            "is_company": self.is_company,
            "function": False if self.is_company else self.contact_function,
            "industry_id": self.industry_id.id,
            "country_id": country.id,
            "comment": self.note,
            "user_id": False,
        }

    def _form(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_stage_pipeline.crm_pool_collection_action"
        )
        return {**action, "res_id": self.id, "target": "main"}
