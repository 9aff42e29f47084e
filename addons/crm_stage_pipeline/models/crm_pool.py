from odoo import api, fields, models


class CrmPool(models.Model):
    """A set of customers with the people who may see its shared ones and claim.

    A customer belongs to one pool: the first active one, by sequence, of its
    company (or of all companies) whose domain it meets when it enters. A pool
    that names neither teams nor users is open to everybody of the company.
    """

    _name = "crm.pool"
    _inherit = ["crm.pool.cached.mixin", "crm.filter.mixin"]
    _description = "Customer Pool"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        help="Leave empty for a pool that serves all companies.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    domain = fields.Char(
        string="Customers",
        help="Contacts that enter this pool. The first pool that fits is taken.",
    )
    team_ids = fields.Many2many(
        comodel_name="crm.team",
        string="Teams",
        check_company=True,
        help="Members of these teams see the shared customers and may claim them.",
    )
    user_ids = fields.Many2many(
        comodel_name="res.users",
        string="Users",
        domain=[("share", "=", False)],
        help="These users see the shared customers too, besides the teams.",
    )

    @api.model
    def _pools_of_company(self, company):
        """Active pools that serve `company`, first choice first."""
        return self.search([("company_id", "in", [company.id, False])])

    @api.model
    def _pool_for(self, partners, company):
        """Map every partner's id to the pool that it enters in `company`.

        The domains are the consultant's and may read fields of partners that
        the acting user does not see: they are tested as superuser.
        """
        env_sudo = self.env["crm.pool.customer"]._privileged().env
        pools_sudo = env_sudo["crm.pool"]._pools_of_company(company)
        waiting_sudo = partners.with_env(env_sudo)
        found = dict.fromkeys(partners.ids, self.browse())
        for pool_sudo in pools_sudo:
            fitting = waiting_sudo.filtered_domain(pool_sudo._filter_domain())
            found.update(dict.fromkeys(fitting.ids, pool_sudo.sudo(False)))
            waiting_sudo -= fitting
        return found
