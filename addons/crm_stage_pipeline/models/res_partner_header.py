from odoo import api, fields, models

USER_GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_user"


class ResPartner(models.Model):
    """The pool's header on a customer's form: where it stands, and what one may do.

    The fields show the row of the current company; the buttons call its actions.
    """

    _inherit = "res.partner"

    pool_stage_id = fields.Many2one(
        related="pool_customer_id.stage_id", related_sudo=False, groups=USER_GROUP
    )
    pool_stage_code = fields.Selection(
        related="pool_customer_id.stage_code",
        string="Pool Stage Code",
        related_sudo=False,
        groups=USER_GROUP,
    )
    pool_owner_id = fields.Many2one(
        related="pool_customer_id.owner_id", related_sudo=False, groups=USER_GROUP
    )
    pool_access = fields.Selection(
        related="pool_customer_id.access", related_sudo=False, groups=USER_GROUP
    )
    pool_id = fields.Many2one(
        related="pool_customer_id.pool_id", related_sudo=False, groups=USER_GROUP
    )
    pool_contact_mark = fields.Selection(
        related="pool_customer_id.contact_mark", related_sudo=False, groups=USER_GROUP
    )
    pool_track_mark = fields.Selection(
        related="pool_customer_id.track_mark", related_sudo=False, groups=USER_GROUP
    )
    pool_last_contact_at = fields.Datetime(
        related="pool_customer_id.last_contact_at",
        related_sudo=False,
        groups=USER_GROUP,
    )
    pool_next_visit_date = fields.Datetime(
        related="pool_customer_id.next_visit_date",
        readonly=False,
        related_sudo=False,
        groups=USER_GROUP,
    )
    pool_access_ids = fields.One2many(
        related="pool_customer_id.access_ids", related_sudo=False, groups=USER_GROUP
    )
    pool_log_ids = fields.One2many(
        related="pool_customer_id.log_ids", related_sudo=False, groups=USER_GROUP
    )
    pool_right = fields.Char(
        compute="_compute_pool_right",
        compute_sudo=False,
        groups=USER_GROUP,
        help="What the user is to the customer: owner, manager, leader, "
        "collaborator, reader, shared, or nothing.",
    )

    @api.depends("pool_customer_id.owner_id", "pool_customer_id.access")
    @api.depends_context("uid", "company", "allowed_company_ids")
    def _compute_pool_right(self):
        rights = self.pool_customer_id._rights()
        for partner in self:
            partner.pool_right = rights.get(partner.pool_customer_id.id) or ""

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if self.env.context.get("crm_pool_enter"):
            partners.action_pool_enter()
        return partners

    def action_pool_enter(self):
        """Bring commercial entities into the current company's pool, as one's own."""
        entered = self.commercial_partner_id.filtered(lambda p: not p.pool_customer_id)
        self.env["crm.pool.customer"].create(
            [{"partner_id": partner.id} for partner in entered]
        )

    def action_pool_operation(self):
        """Run the action of a button of the header: context crm_pool_operation."""
        self.ensure_one()
        return self.env["crm.pool.operation"]._open(
            self.env.context["crm_pool_operation"], self.pool_customer_id
        )
