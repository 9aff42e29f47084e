from odoo import api, fields, models, tools
from odoo.exceptions import UserError

STAGE_CODES = [
    ("reserve", "Reserve"),
    ("target", "Target"),
    ("potential", "Potential"),
    ("opportunity", "Opportunity"),
    ("deal", "Deal"),
]


class CrmPoolStage(models.Model):
    """A stage of the pool. Later means more valuable.

    The five codes are fixed, because quotas, transitions and the main line stand
    on them; names, order and further stages of the same code are the company's.
    A customer without stage is in the archive only.
    """

    _name = "crm.pool.stage"
    _inherit = "crm.pool.cached.mixin"
    _description = "Customer Stage"
    _order = "sequence, id"

    _cached_fields = frozenset(
        {"active", "code", "company_id", "is_default", "sequence"}
    )

    name = fields.Char(required=True, translate=True)
    code = fields.Selection(
        selection=STAGE_CODES,
        required=True,
        help="Which of the five stages this one counts as.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        help="Leave empty for a stage of all companies.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_default = fields.Boolean(
        string="Default of its Code",
        default=True,
        help="The stage that is taken when a customer is moved to this code.",
    )
    fold = fields.Boolean(string="Folded in Kanban")

    _default_uniq = models.UniqueIndex(
        "(COALESCE(company_id, 0), code) WHERE is_default AND active",
        "A company has only one default stage for each code.",
    )

    def write(self, vals):
        if vals.get("active") is False or "code" in vals or "company_id" in vals:
            self._check_unused()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_unused()

    def _check_unused(self):
        """Refuse to change the meaning of a stage that customers stand in."""
        # superuser: the customers of other companies and people count
        rows_sudo = self.env["crm.pool.customer"]._privileged()
        used = rows_sudo.with_context(active_test=False).search(
            [("stage_id", "in", self.ids)], limit=1
        )
        if used:
            raise UserError(
                self.env._(
                    "Customers stand in stage %(stage)s: move them to another stage "
                    "first.",
                    stage=used.stage_id.name,
                )
            )

    @api.model
    def _stage_for(self, code, company):
        """The default stage of `code` in `company`, its own before the common one.

        :param code: one of the five codes, or False for the archive
        :return: a stage, or an empty recordset for the archive
        """
        if not code:
            return self.browse()
        # documents are moved by sales people without a role in the pool too
        stages_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        return self.browse(stages_sudo._id_for(code, company.id) or ())

    @api.model
    def _stages_for(self, codes, company):
        """Code → default stage, see _stage_for; read together when one of them is."""
        ids = [self._stage_for(code, company).id for code in codes]
        return dict(zip(codes, self.browse(ids), strict=True))

    @api.model
    @tools.ormcache("code", "company_id")
    def _id_for(self, code, company_id):
        """Id of a default stage: every document of every customer asks for it."""
        return (
            self.with_context(active_test=True)
            .search(
                [
                    ("code", "=", code),
                    ("company_id", "in", [company_id, False]),
                    ("is_default", "=", True),
                ],
                order="company_id, sequence, id",
                limit=1,
            )
            .id
        )
