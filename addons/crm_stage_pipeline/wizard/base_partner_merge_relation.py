from odoo import models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Relations and departments of merged contacts: those that both have become one.

    Core moves rows by SQL, and a unique index would end the merge.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        self.env.flush_all()
        for source in src_partners:
            self._unite_departments(source.id, dst_partner.id)
            for column, other in (
                ("partner_id", "other_id"),
                ("other_id", "partner_id"),
            ):
                self._unite_relations(source.id, dst_partner.id, column, other)
        self.env.invalidate_all()
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _unite_departments(self, source_id, target_id):
        """A department of the same name takes the parts of the one that goes."""
        same = SQL(
            "SELECT gone.id AS gone, stays.id AS stays"
            " FROM crm_customer_department gone"
            " JOIN crm_customer_department stays ON stays.name = gone.name"
            " AND stays.partner_id = %s WHERE gone.partner_id = %s",
            target_id,
            source_id,
        )
        self.env.cr.execute(
            SQL(
                "UPDATE crm_customer_department part SET parent_id = same.stays"
                " FROM (%s) same WHERE part.parent_id = same.gone",
                same,
            )
        )
        self.env.cr.execute(
            SQL(
                "DELETE FROM crm_customer_department WHERE id IN"
                " (SELECT gone FROM (%s) same)",
                same,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE crm_customer_department SET partner_id = %s"
                " WHERE partner_id = %s",
                target_id,
                source_id,
            )
        )

    def _unite_relations(self, source_id, target_id, column, other):
        """What would stand there twice, or lead from a person to itself, goes."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM crm_contact_relation gone"
                " WHERE gone.%(column)s = %(source)s"
                " AND (gone.%(other)s = %(target)s OR EXISTS ("
                "SELECT 1 FROM crm_contact_relation stays"
                " WHERE stays.%(column)s = %(target)s AND stays.kind = gone.kind"
                " AND stays.%(other)s = gone.%(other)s))",
                column=SQL.identifier(column),
                other=SQL.identifier(other),
                source=source_id,
                target=target_id,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE crm_contact_relation SET %s = %s WHERE %s = %s",
                SQL.identifier(column),
                target_id,
                SQL.identifier(column),
                source_id,
            )
        )
