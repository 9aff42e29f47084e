from odoo import api, models
from odoo.tools import SQL

from .number_field import NumberField

# Moving a contact to another customer would show its number.
MOVING_FIELDS = frozenset({"parent_id", "is_company", "phone_number_ids"})


class ResPartner(models.Model):
    """Which customers' numbers the user reads masked (P32, C1).

    All companies of the user count, whichever he has switched on: else he would
    switch one off to read. Archived rows count too.
    """

    _name = "res.partner"
    _inherit = ["res.partner", "crm.contact.number.mixin"]

    _number_partner_paths = ()

    phone = NumberField()
    phone_sanitized = NumberField()

    def _compute_is_number_masked(self):
        masked_ids = set()
        user = self.env.user
        if pool_ids := user._crm_pool_masking_ids():
            # rows of others are compared with those that the user works on
            rows_sudo = (
                self.env["crm.pool.customer"]
                ._privileged()
                .with_context(active_test=False)
                .search(
                    [
                        ("partner_id", "in", self.commercial_partner_id.ids),
                        ("company_id", "in", user.company_ids.ids),
                    ]
                )
            )
            masking = rows_sudo.filtered(lambda row: row.pool_id.id in pool_ids)
            mine = rows_sudo.filtered(lambda row: user in row.access_ids.user_id)
            masked_ids = set((masking.partner_id - mine.partner_id).ids)
        for partner in self:
            partner.is_number_masked = (
                partner.partner_share
                and partner.commercial_partner_id._origin.id in masked_ids
            )

    def _number_masked_triggers(self):
        rows = "commercial_partner_id.crm_pool_customer_ids"
        return [
            "partner_share",
            f"{rows}.pool_id",
            f"{rows}.access_ids.user_id",
        ]

    def _number_partner(self):
        return self

    def _is_in_masking_pool(self):
        """Whether anybody reads the numbers of these partners masked.

        Superuser: rows and pools of all companies count.
        """
        rows_sudo = self.env["crm.pool.customer"]._privileged()
        return bool(
            rows_sudo.with_context(active_test=False).search_count(
                [
                    ("partner_id", "in", self.commercial_partner_id.ids),
                    ("pool_id.mask_numbers", "=", True),
                ],
                limit=1,
            )
        )

    @api.model
    def _number_masked_sql(self, alias):
        user = self.env.user
        row = SQL(
            "pool_row.partner_id = %s AND pool_row.company_id IN %s",
            SQL.identifier(alias, "commercial_partner_id"),
            tuple(user.company_ids.ids),
        )
        return SQL(
            "(%s IS TRUE"
            " AND EXISTS (SELECT 1 FROM crm_pool_customer AS pool_row"
            " WHERE %s AND pool_row.pool_id IN %s)"
            " AND NOT EXISTS (SELECT 1 FROM crm_pool_customer AS pool_row"
            " JOIN crm_pool_access AS pool_access"
            " ON pool_access.customer_id = pool_row.id"
            " WHERE %s AND pool_access.user_id = %s))",
            SQL.identifier(alias, "partner_share"),
            row,
            user._crm_pool_masking_ids(),
            row,
            user.id,
        )

    @api.model
    def _number_guarded_fields(self):
        return self._number_fields() | MOVING_FIELDS
