from odoo import api, fields, models
from odoo.exceptions import AccessError


class CrmServiceArticle(models.Model):
    """A solution or explanation that is found again.

    - Service agents write drafts; only service managers publish, and change what is
      published.
    - Published articles are read by all internal users; those for customers also
      in the portal.
    """

    _name = "crm.service.article"
    _description = "Service Article"
    _inherit = ["crm.service.knowledge.mixin", "mail.thread"]
    _order = "write_date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Title", required=True, tracking=True)
    keywords = fields.Char(help="Other words under which people look for this.")
    body = fields.Html(string="Text")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        default=lambda self: self.env.company,
        index="btree_not_null",
        help="Leave empty for an article of all companies.",
    )
    category_id = fields.Many2one(
        comodel_name="crm.service.category", check_company=True
    )
    product_ids = fields.Many2many(
        comodel_name="product.product", string="Products", check_company=True
    )
    audience = fields.Selection(
        selection=[("internal", "Our staff"), ("customer", "Customers too")],
        default="internal",
        required=True,
        tracking=True,
    )
    is_published = fields.Boolean(string="Published", copy=False, tracking=True)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("is_published") for vals in vals_list):
            self._check_may_publish()
        return super().create(vals_list)

    def write(self, vals):
        if "is_published" in vals or any(self.mapped("is_published")):
            self._check_may_publish()
        return super().write(vals)

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------
    def action_publish(self):
        self.write({"is_published": True})

    def action_unpublish(self):
        self.write({"is_published": False})

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------
    @api.model
    def _text_fields(self):
        return [("name", "A"), ("keywords", "A"), ("body", "C")]

    def _check_may_publish(self):
        if not (
            self.env.su
            or self.env.user.has_group("crm_service.crm_service_group_manager")
        ):
            raise AccessError(self.env._("Only service managers publish articles."))
