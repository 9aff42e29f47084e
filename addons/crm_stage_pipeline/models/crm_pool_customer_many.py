from odoo import api, models


class CrmPoolCustomer(models.Model):
    """Many customers at once, as an import makes them: what the ORM does for each row
    is done for all of them."""

    _inherit = "crm.pool.customer"

    @api.model
    def _add_precomputed_values(self, vals_list):
        """The copies of the partner's name and the stage's code, read together; the
        ORM would make a new record for each row."""
        partners = self.env["res.partner"].browse(
            vals["partner_id"] for vals in vals_list if vals.get("partner_id")
        )
        # superuser: as the fields themselves, which are related
        partners_sudo = partners.sudo()
        names = {row_sudo.id: row_sudo.name for row_sudo in partners_sudo}
        stages = self.env["crm.pool.stage"].browse(
            {vals["stage_id"] for vals in vals_list if vals.get("stage_id")}
        )
        stages_sudo = stages.sudo()  # the same
        codes = {row_sudo.id: row_sudo.code for row_sudo in stages_sudo}
        copied = {self._fields["name"], self._fields["stage_code"]}
        for vals in vals_list:
            vals["name"] = names.get(vals.get("partner_id"), False)
            vals["stage_code"] = codes.get(vals.get("stage_id"), False)
            vals["__precomputed__"] = copied
        return super()._add_precomputed_values(vals_list)

    def _check_company(self, fnames=None):
        """Of customers with the same values one is looked at."""
        if len(self) < 2:
            return super()._check_company(fnames)
        names = [
            name
            for name, field in self._fields.items()
            if field.relational and field.check_company
        ]
        rows_sudo = self.sudo()  # as core's check
        alike = {
            tuple(row_sudo[name] for name in ("company_id", *names)): row_sudo.id
            for row_sudo in rows_sudo
        }
        some = self.browse(alike.values())
        return super(CrmPoolCustomer, some)._check_company(fnames)
