"""One user for each role, and the models of the project's addons."""

from odoo.tests import TransactionCase, new_test_user

ADDONS = (
    "crm_stage_pipeline",
    "crm_telesales",
    "crm_asterisk",
    "crm_incentive",
    "crm_service",
)
POOL = "crm_stage_pipeline.crm_stage_pipeline_group"
MANAGER = (
    f"{POOL}_manager,crm_telesales.crm_telesales_group_manager,"
    "crm_incentive.crm_incentive_group_manager,crm_service.crm_service_group_manager"
)
# role → groups that a consultant gives; what they imply comes by itself
ROLES = {
    "agent": f"{POOL}_user,crm_telesales.crm_telesales_group_user",
    "leader": f"{POOL}_leader,crm_telesales.crm_telesales_group_user",
    "manager": MANAGER,
    "consultant": f"{MANAGER},base.group_system",
    "service": "crm_service.crm_service_group_user",
    "reseller": "base.group_portal",
    "internal": "base.group_user",
    "public": "base.group_public",
}


class RolesCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(cls.env, f"role_{role}", groups=groups)
            for role, groups in ROLES.items()
        }

    def _models(self):
        """Models with rows that one of our addons makes, not those it only extends."""
        found = []
        for model in self.env["ir.model"].search([("transient", "in", [True, False])]):
            known = model.model in self.env
            if known and self.env[model.model]._original_module in ADDONS:
                if not self.env[model.model]._abstract:
                    found.append(model.model)
        return sorted(found)
