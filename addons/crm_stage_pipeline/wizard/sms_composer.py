from odoo import api, models


class SmsComposer(models.TransientModel):
    """Text messages (P20, P32).

    - They go to records that their writer sees.
    - To a customer whose number he reads masked he cannot send any: the number would
      stand in the composer and in the message.
    """

    _inherit = "sms.composer"

    @api.model_create_multi
    def create(self, vals_list):
        composers = super().create(vals_list)
        for composer in composers:
            composer._check_records_seen()
        return composers

    def write(self, vals):
        result = super().write(vals)
        for composer in self:
            composer._check_records_seen()
        return result

    def _check_records_seen(self):
        """
        :raises AccessError: for a record that the user does not see
        """
        self.ensure_one()
        if self.res_model and (records := self._get_records()):
            records.check_access("read")
