from odoo import models


class MailThread(models.AbstractModel):
    """Nobody writes to, or makes a follower of, a partner that he does not see (P20).

    Core checks the document only: the message would show the partner's name and go to
    his address.
    """

    _inherit = "mail.thread"

    def message_post(self, *, partner_ids=None, **kwargs):
        self.env["res.partner"]._check_seen(partner_ids)
        return super().message_post(partner_ids=partner_ids, **kwargs)

    def message_notify(self, *, partner_ids=False, **kwargs):
        self.env["res.partner"]._check_seen(partner_ids)
        return super().message_notify(partner_ids=partner_ids, **kwargs)

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        self.env["res.partner"]._check_seen(partner_ids)
        return super().message_subscribe(partner_ids, subtype_ids)

    def _message_get_suggested_recipients_batch(self, *args, **kwargs):
        """Without partners whom the user does not see: core asks as superuser."""
        suggested = super()._message_get_suggested_recipients_batch(*args, **kwargs)
        if self.env.su or not self.env.user._crm_pool_is_bound():
            return suggested
        ids = {
            info["partner_id"]
            for infos in suggested.values()
            for info in infos
            if info.get("partner_id")
        }
        seen = set(self.env["res.partner"].browse(ids)._filtered_access("read").ids)
        return {
            res_id: [
                info
                for info in infos
                if not info.get("partner_id") or info["partner_id"] in seen
            ]
            for res_id, infos in suggested.items()
        }
