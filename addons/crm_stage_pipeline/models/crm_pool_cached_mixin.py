from odoo import api, models


class CrmPoolCachedMixin(models.AbstractModel):
    """Records that caches of the registry are made from, those of the record rules
    for example: the caches are cleared when a record comes, changes or goes.
    """

    _name = "crm.pool.cached.mixin"
    _description = "Records That Caches Are Made From"

    # the fields whose change counts; None for all of them
    _cached_fields = None

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._cached_fields is None or self._cached_fields.intersection(vals):
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
