from odoo import api, models

from .crm_query_item import STAGE_KEY


class CrmPoolCustomer(models.Model):
    """The search view with the company's query items (G58)."""

    _inherit = "crm.pool.customer"

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        if view_type != "search":
            return key
        company = self.env.company
        # the key of the list's stage is in core's key
        return (*key, company.id, *self.env["crm.query.item"]._version(company.id))

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "search":
            stage_code = self.env.context.get(STAGE_KEY) or False
            items = self.env["crm.query.item"]
            items._items_for(self.env.company, stage_code)._put_into(arch)
        return arch, view
