from odoo import models

from .number_field import NumberField


class MailTrackingValue(models.Model):
    """The chatter tells no masked number, old or new (P32)."""

    _inherit = "mail.tracking.value"

    def _filter_has_field_access(self, env):
        trackings = super()._filter_has_field_access(env)
        if env.su or not env.user._crm_pool_masking_ids():
            return trackings
        return trackings.filtered(lambda value: not value._tells_masked_number(env))

    def _filter_free_field_access(self):
        """What goes out to all followers holds no number that a pool masks."""
        trackings = super()._filter_free_field_access()
        numbers = trackings.filtered(
            lambda value: value._number_model(self.env) is not None
        )
        # superuser: any pool of any company, seen by nobody through this
        pools_sudo = self.env["crm.pool.customer"]._privileged().env["crm.pool"]
        if numbers and pools_sudo.search_count([("mask_numbers", "=", True)], limit=1):
            return trackings - numbers
        return trackings

    def _number_model(self, env):
        """The model of a tracked number, None for other fields."""
        self.ensure_one()
        if not self.field_id or self.field_id.model not in env:
            return None
        model = env[self.field_id.model]
        field = model._fields.get(self.field_id.name)
        return model if isinstance(field, NumberField) else None

    def _tells_masked_number(self, env):
        model = self._number_model(env)
        if model is None:
            return False
        message = self.mail_message_id
        if message.model != model._name or "is_number_masked" not in model._fields:
            return True
        return model.browse(message.res_id).is_number_masked
