from odoo import api, fields, models

from ..text import pinyin_initials
from .crm_pool_customer_field import FACTS
from .res_partner_header import USER_GROUP


class ResPartner(models.Model):
    """What a customer is (G17): mnemonic code, keyword, profile, and the facts that
    the current company holds about it.

    - The mnemonic code is the first letters of the name's words; it follows the name
      until somebody types another one.
    - The facts are fields of the customer's row in the current company. Given for a
      partner that has no row, they bring it into the pool.
    """

    _inherit = "res.partner"

    mnemonic_code = fields.Char(
        index="trigram", copy=False, help="Initials of the name, to find it quickly."
    )
    keyword = fields.Char(index="trigram", help="Words by which to find the customer.")
    profile = fields.Text(help="What the customer does and how large it is.")
    own_pool_customer_id = fields.Many2one(
        comodel_name="crm.pool.customer",
        compute="_compute_own_pool_customer_id",
        search="_search_pool_customer_id",
        compute_sudo=False,
        groups=USER_GROUP,
        help="The row of the contact itself, not of its company: what is typed on the "
        "form of a new customer stays when its parent company changes.",
    )
    pool_customer_number = fields.Char(
        related="own_pool_customer_id.customer_number",
        readonly=False,
        related_sudo=False,
        groups=USER_GROUP,
    )
    pool_grade_id = fields.Many2one(
        related="own_pool_customer_id.grade_id",
        readonly=False,
        related_sudo=False,
        groups=USER_GROUP,
    )
    pool_type_id = fields.Many2one(
        related="own_pool_customer_id.type_id",
        readonly=False,
        related_sudo=False,
        groups=USER_GROUP,
    )
    pool_status_id = fields.Many2one(
        related="own_pool_customer_id.status_id",
        readonly=False,
        related_sudo=False,
        groups=USER_GROUP,
    )
    pool_credit_rating_id = fields.Many2one(
        related="own_pool_customer_id.credit_rating_id",
        readonly=False,
        related_sudo=False,
        groups=USER_GROUP,
    )
    pool_credit_limit = fields.Float(
        related="own_pool_customer_id.credit_limit",
        string="Customer Credit Limit",
        readonly=False,
        related_sudo=False,
        groups=USER_GROUP,
    )
    pool_registered_on = fields.Date(
        related="own_pool_customer_id.registered_on",
        readonly=False,
        related_sudo=False,
        groups=USER_GROUP,
    )
    pool_team_id = fields.Many2one(
        related="own_pool_customer_id.team_id",
        readonly=False,
        related_sudo=False,
        groups=USER_GROUP,
    )
    pool_source_id = fields.Many2one(
        related="own_pool_customer_id.source_id",
        readonly=False,
        related_sudo=False,
        groups=USER_GROUP,
    )

    @api.depends("crm_pool_customer_ids")
    @api.depends_context("uid", "company", "allowed_company_ids")
    def _compute_own_pool_customer_id(self):
        rows = self.env["crm.pool.customer"].search(
            [
                ("partner_id", "in", self._origin.ids),
                ("company_id", "=", self.env.company.id),
            ]
        )
        by_partner = {row.partner_id.id: row for row in rows}
        for partner in self:
            partner.own_pool_customer_id = by_partner.get(
                partner._origin.id, rows.browse()
            )

    @api.onchange("name")
    def _onchange_name_mnemonic_code(self):
        if self._has_own_initials(self._origin.name):
            self.mnemonic_code = pinyin_initials(self.name) or False

    @api.model_create_multi
    def create(self, vals_list):
        facts_list = []
        rest_list = []
        for vals in vals_list:
            facts = {name: vals[name] for name in FACTS.values() if vals.get(name)}
            facts_list.append(facts)
            rest = {k: v for k, v in vals.items() if k not in FACTS.values()}
            if not rest.get("mnemonic_code"):
                rest["mnemonic_code"] = pinyin_initials(rest.get("name")) or False
            rest_list.append(rest)
        partners = super().create(rest_list)
        for partner, facts in zip(partners, facts_list, strict=True):
            if facts:
                partner._enter_with_facts(facts)
        return partners

    def write(self, vals):
        following = self.browse()
        if "name" in vals and "mnemonic_code" not in vals:
            following = self.filtered(lambda p: p._has_own_initials(p.name))
        result = super().write(vals)
        if following:
            code = pinyin_initials(vals["name"]) or False
            super(ResPartner, following).write({"mnemonic_code": code})
        return result

    def _enter_with_facts(self, facts):
        """Write the facts, after entering the pool if need be."""
        if not self.pool_customer_id:
            self.action_pool_enter()
        self.write(facts)

    def _has_own_initials(self, name):
        """Whether the mnemonic code is still that of `name`, or empty."""
        self.ensure_one()
        return not self.mnemonic_code or self.mnemonic_code == pinyin_initials(name)

    def _set_missing_mnemonics(self):
        """Codes of contacts that were there before the addon; superuser, because
        who enters a customer may not always write it."""
        system = self.env["crm.pool.customer"]._privileged().env
        for partner_sudo in self.with_env(system):
            if not partner_sudo.mnemonic_code and partner_sudo.name:
                partner_sudo.mnemonic_code = pinyin_initials(partner_sudo.name)
