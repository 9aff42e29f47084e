from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .res_partner_parent import MERGE_SENTINEL

MANAGER_GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_manager"


class ResPartner(models.Model):
    """The recycle bin of contact persons (G54).

    - Deleting a contact person puts it in the bin: it is archived, and who did it and
      when stands there. The right to it is the right to delete contacts.
    - Managers see the bin, bring persons back, and delete them for good.
    - A person who goes with a whole customer lies in the customers' bin instead.
    """

    _inherit = "res.partner"

    binned_at = fields.Datetime(
        string="Deleted On", readonly=True, copy=False, index="btree_not_null"
    )
    binned_by_id = fields.Many2one(
        comodel_name="res.users",
        string="Deleted By",
        readonly=True,
        copy=False,
        ondelete="set null",
    )

    def write(self, vals):
        """Whoever brings a contact back takes it out of the bin."""
        if vals.get("active"):
            binned = self.filtered("binned_at")
            super(ResPartner, binned).write({"binned_at": False, "binned_by_id": False})
        return super().write(vals)

    def unlink(self):
        is_merge = self.env.context.get("crm_pool_merge") is MERGE_SENTINEL
        is_free = self.env.su or not self.env.user._crm_pool_is_ranged()
        if is_merge or is_free:
            return super().unlink()
        persons = self.filtered(lambda partner: partner._is_contact_person())
        gone = persons.filtered("binned_at")
        if gone:
            self._check_bin_manager()
        (persons - gone).action_bin()
        rest = self - persons + gone
        return super(ResPartner, rest).unlink() if rest else True

    def action_bin(self):
        """Put contact persons into the recycle bin."""
        others = self.filtered(lambda partner: not partner._is_contact_person())
        if others:
            raise UserError(
                self.env._(
                    "%(name)s is no contact person: delete customers in their own "
                    "list.",
                    name=others[0].display_name,
                )
            )
        self.check_access("write")
        self.action_archive()
        # the right is checked, and archiving asked for the right to delete
        self.with_env(self.env["crm.pool.customer"]._privileged().env).write(
            {"binned_at": fields.Datetime.now(), "binned_by_id": self.env.uid}
        )

    def action_unbin(self):
        """Bring contact persons back from the bin."""
        self._check_bin_manager()
        self.filtered("binned_at").action_unarchive()

    def action_delete_for_good(self):
        """Delete persons of the bin; those whom an order or another document names
        stay there.
        """
        self._check_bin_manager()
        gone = self.filtered(lambda partner: partner.binned_at and not partner.active)
        gone._check_pool_right("delete")
        # core lets administrators of contacts delete; the right is checked above
        gone.with_env(self.env["crm.pool.customer"]._privileged().env).unlink()

    @api.model
    def _check_bin_manager(self):
        if not self.env.su and not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(
                self.env._(
                    "Only managers of the customer pool open the recycle bin of "
                    "contacts: ask one of them."
                )
            )

    def _is_contact_person(self):
        self.ensure_one()
        is_person = self.parent_id and not self.is_company and self.type == "contact"
        return bool(is_person and self.partner_share)
