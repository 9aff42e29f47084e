from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError


class CrmWebSite(models.Model):
    """A site on which people find customers (资源网), as a bookmark (P50).

    Managers keep those of the company; everybody may add his own, which the others do
    not see. Nothing is fetched from a site: people read it and type what they found.
    """

    _name = "crm.web.site"
    _description = "Resource Site"
    _order = "sequence, name, id"

    @api.model
    def _default_user_id(self):
        """What a manager enters is for everybody."""
        return self.env["res.users"] if self._is_manager() else self.env.user

    name = fields.Char(required=True, translate=True)
    url = fields.Char(string="Address", required=True)
    note = fields.Char(help="What is found there.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Of",
        index="btree_not_null",
        default=lambda self: self._default_user_id(),
        ondelete="cascade",
        help="Empty: for everybody in the company.",
    )

    @api.constrains("url")
    def _check_url(self):
        for site in self:
            parts = urlsplit(site.url)
            if parts.scheme not in ("http", "https") or not parts.netloc:
                raise ValidationError(
                    self.env._(
                        "%(url)s is no address of a site: it begins with https:// or "
                        "http://.",
                        url=site.url[:100],
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_scheme(vals) for vals in vals_list])

    def write(self, vals):
        if "user_id" in vals and vals["user_id"] != self.env.uid and not self.env.su:
            self._check_manager()
        return super().write(self._with_scheme(vals))

    @api.model
    def _is_manager(self):
        return self.env.user.has_group(
            "crm_stage_pipeline.crm_stage_pipeline_group_manager"
        )

    @api.model
    def _check_manager(self):
        """:raises AccessError: for who would give his site to everybody, or another"""
        if not self._is_manager():
            raise AccessError(
                self.env._("Only managers keep the sites of the company.")
            )

    @api.model
    def _with_scheme(self, vals):
        """As people write addresses: www.example.com."""
        url = (vals.get("url") or "").strip()
        if url and "://" not in url and ":" not in url.split("/")[0]:
            return {**vals, "url": f"https://{url}"}
        return vals
