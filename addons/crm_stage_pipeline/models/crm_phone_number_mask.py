from odoo import api, models

from ..numbering.masking import is_masked, mask


class CrmPhoneNumber(models.Model):
    """Numbers that are there, and are not read (P32, C1).

    Machines call a hidden number by the id of its row, of its contact or of its
    customer; nobody needs to know the figures for it.
    """

    _inherit = "crm.phone.number"

    _number_partner_paths = ("partner_id", "lead_id.partner_id")

    @api.depends("number", "kind", "is_number_masked")
    @api.depends_context("uid")
    def _compute_display_name(self):
        """Masked also for a superuser: names of many2one fields are read as one."""
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for row in self:
            number = row.number or ""
            if number and row.is_number_masked:
                number = mask(number)
            row.display_name = f"{number} ({labels.get(row.kind, '')})"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_masked(self):
        if not self.env.su and any(self.mapped("is_number_masked")):
            raise self._number_refusal()

    @api.model
    def _number_guarded_fields(self):
        return super()._number_guarded_fields() | {"lead_id", "kind", "extension"}

    @api.model
    def _text_shown(self, text, partner):
        """A number of `partner` as the user may read it, for a sentence."""
        return mask(text) if text and partner.is_number_masked else text

    @api.model
    def _row_to_call(self, owner, text=None):
        """The row of a number that somebody wants to call, hidden or not.

        The caller has checked that the user sees the owner. Superuser: the row is
        found by a number that the user may not read.

        :param owner: res.partner or crm.lead
        :param text: the number as the user sees it; the best one when not given
        :return: crm.phone.number, empty when there is none
        """
        rows_sudo = owner.with_env(
            self.env["crm.pool.customer"]._privileged().env
        ).phone_number_ids
        if text and not is_masked(text):
            rows_sudo = rows_sudo.filtered(lambda row: row.number == text)
        elif text:
            rows_sudo = rows_sudo.filtered(
                lambda row: text in (mask(row.number), row.e164 and mask(row.e164))
            )
        best_sudo = rows_sudo.sorted(
            lambda row: (not row.e164, row.bad_count, row.sequence, row.id)
        )[:1]
        return best_sudo.with_env(self.env)
