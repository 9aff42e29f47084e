from odoo import models
from odoo.tools import hmac


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """The browser's store of views is left when the company's query items change
        (G58): it is kept under this hash.
        """
        result = super().session_info()
        items = self.env["crm.query.item"]
        version = [items._version(company.id) for company in self.env.user.company_ids]
        if any(version) and "registry_hash" in result:
            # superuser: the secret of the database signs
            env_sudo = self.env["crm.pool.customer"]._privileged().env
            result["registry_hash"] = hmac(
                env_sudo, "crm-query-item", (result["registry_hash"], version)
            )
        return result
