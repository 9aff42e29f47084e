from odoo import models

from ..models.res_partner_parent import MERGE_SENTINEL

MOBILE_TYPES = ("mobile", "fixed_or_mobile")


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging partners merges their places in the pool (P33).

    Core would abort on the unique row per company, or delete rows of every company.
    """

    _name = "base.partner.merge.automatic.wizard"
    _inherit = ["base.partner.merge.automatic.wizard", "crm.partner.seen.mixin"]

    _seen_partner_fields = ("partner_ids", "dst_partner_id")

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        partners = self.env["res.partner"].browse(partner_ids).exists()
        if len(partners) < 2:
            return super()._merge(partner_ids, dst_partner, extra_checks)
        partners.check_access("write")
        self._check_numbers_read(partners)
        if not dst_partner or dst_partner not in partners:
            dst_partner = self._get_ordered_partner(partners.ids)[-1]
        customers = self.env["crm.pool.customer"]
        system = customers._privileged().env
        dst_sudo = dst_partner.with_env(system)
        before = (dst_partner | dst_partner.child_ids)._commercial_before()
        customers._rows_of(partners)._collapse(dst_sudo)
        self._prepare_numbers(partners.with_env(system), dst_sudo)
        merging = self.with_context(crm_pool_merge=MERGE_SENTINEL)
        result = super(BasePartnerMergeAutomaticWizard, merging)._merge(
            partner_ids, dst_partner.with_env(merging.env), extra_checks
        )
        self._settle_pool(dst_sudo, before)
        return result

    def _check_numbers_read(self, partners):
        """Merged into one's own customer, a hidden number would be read."""
        if any(partners.mapped("is_number_masked")):
            raise partners._number_refusal()

    def _prepare_numbers(self, partners_sudo, dst_sudo):
        """Numbers and restrictions of partners (superuser) that would collide."""
        rows_sudo = (partners_sudo - dst_sudo).phone_number_ids
        aligning = rows_sudo.with_context(crm_phone_number_aligning=True)
        for row_sudo in aligning.filtered(lambda row: row.kind == "phone"):
            kind = "mobile" if row_sudo.line_type in MOBILE_TYPES else "other"
            # behind the numbers of the contact that stays
            row_sudo.write({"kind": kind, "sequence": row_sudo.sequence + 10})
        known = set()
        restrictions_sudo = partners_sudo.env["crm.contact.restriction"].search(
            [("partner_id", "in", partners_sudo.ids), ("kind", "=", "partner")]
        )
        for restriction_sudo in restrictions_sudo.sorted(
            lambda row: (row.partner_id != dst_sudo, row.id)
        ):
            key = (restriction_sudo.channel, restriction_sudo.company_id)
            if key in known:
                restriction_sudo.unlink()
            known.add(key)

    def _settle_pool(self, dst_sudo, before):
        """What follows from the merged partner (superuser): rows, numbers, access."""
        dst_sudo.env.invalidate_all()
        customers = self.env["crm.pool.customer"]
        commercial_sudo = dst_sudo.commercial_partner_id
        if commercial_sudo != dst_sudo and (rows_sudo := customers._rows_of(dst_sudo)):
            (rows_sudo | customers._rows_of(commercial_sudo))._collapse(commercial_sudo)
        customers._follow_commercial(
            {partner: old for partner, old in before.items() if old.exists()}
        )
        self._unite_numbers(dst_sudo)
        customers._sync_partner(commercial_sudo)

    def _unite_numbers(self, dst_sudo):
        """One row per number: the first of the same figures stays."""
        known = set()
        for row_sudo in dst_sudo.phone_number_ids.sorted(
            lambda row: (row.kind != "phone", row.sequence, row.id)
        ):
            key = row_sudo.e164 or row_sudo.number
            if key in known:
                row_sudo.unlink()
            known.add(key)
