from odoo import api, models
from odoo.fields import Command


class ResPartner(models.Model):
    """Ids of partners that a client sends (P20)."""

    _inherit = "res.partner"

    @api.model
    def _check_seen(self, *values):
        """Refuse partners that the user does not see.

        Nothing is asked of the superuser and of people whom the pool does not bind:
        core's own rules hold for them.

        :param values: ids, lists of ids, commands of an x2many field, or nothing
        :raises AccessError: for a hidden partner
        """
        if self.env.su or not self.env.user._crm_pool_is_bound():
            return
        ids = set()
        for value in values:
            ids |= self._sent_ids(value)
        self.browse(ids).check_access("read")

    @api.model
    def _sent_ids(self, value):
        """Ids in a value of a many2one or x2many field as a client may send it."""
        if isinstance(value, bool) or not value:
            return set()
        if isinstance(value, int):
            return {value}
        if isinstance(value, models.BaseModel):
            return set(value.ids)
        if isinstance(value, dict):
            return self._sent_ids(value.get("id"))
        ids = set()
        for item in value if isinstance(value, list | tuple | set) else ():
            if isinstance(item, list | tuple):
                kind, *rest = item
                if kind == Command.SET:
                    ids |= self._sent_ids(rest[1])
                elif kind == Command.LINK:
                    ids |= self._sent_ids(rest[0])
            else:
                ids |= self._sent_ids(item)
        return ids
