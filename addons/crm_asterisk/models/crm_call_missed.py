from odoo import fields, models
from odoo.exceptions import AccessError

from odoo.addons.crm_stage_pipeline.models.crm_main_line import MANAGER_GROUP

# Nobody was reached: the caller hung up or was sent away.
LOST = ("missed", "abandoned", "timeout")


class CrmCall(models.Model):
    """A missed call is returned as soon as one speaks with that number again, whoever
    calls whom; or when somebody says so (C16).
    """

    _inherit = "crm.call"

    is_returned = fields.Boolean(
        string="Called Back",
        readonly=True,
        copy=False,
        help="Somebody has spoken with the caller since.",
    )

    _missed_idx = models.Index(
        "(user_id, started_at) WHERE result IN ('missed', 'abandoned', 'timeout')"
        " AND is_returned IS NOT TRUE"
    )

    def action_called_back(self):
        """Tick missed calls off: one's own; managers those of others too."""
        self.check_access("read")
        user = self.env.user
        if not user.has_group(MANAGER_GROUP) and self.user_id - user:
            raise AccessError(self.env._("This is the call of somebody else."))
        # agents read calls only; whose they are is checked above
        calls_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        calls_sudo.is_returned = True

    def _settle(self, now):
        result = super()._settle(now)
        if self.result == "answered" and self.e164:
            self.search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("e164", "=", self.e164),
                    ("result", "in", LOST),
                    ("is_returned", "=", False),
                    ("started_at", "<=", self.started_at),
                ]
            ).is_returned = True
        return result
