from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.crm_stage_pipeline.models.number_field import NumberField
from odoo.addons.crm_stage_pipeline.numbering.masking import mask


def member_partner_sql(alias):
    """The partner of the customer or the lead of table `alias`."""
    return SQL(
        "COALESCE((SELECT called.partner_id FROM crm_pool_customer AS called"
        " WHERE called.id = %s), (SELECT called.partner_id FROM crm_lead AS called"
        " WHERE called.id = %s))",
        SQL.identifier(alias, "customer_id"),
        SQL.identifier(alias, "lead_id"),
    )


class CrmCallee(models.Model):
    """Callees whose numbers the agent reads masked (P32, C1).

    The telephone exchange calls them; a link that the agent's own device would open
    holds the number, so there is none.
    """

    _name = "crm.callee"
    _inherit = ["crm.callee", "crm.contact.number.mixin"]

    _number_key_field = "e164"

    e164 = NumberField()

    def _number_partner(self):
        return self.customer_id.partner_id or self.lead_id.partner_id

    def _number_masked_triggers(self):
        return [
            "customer_id.partner_id.is_number_masked",
            "lead_id.partner_id.is_number_masked",
            "e164",
        ]

    @api.model
    def _number_guarded_fields(self):
        return self._number_fields()

    @api.model
    def _number_partner_id_sql(self, alias):
        return member_partner_sql(alias)

    def _dial(self):
        if self.is_number_masked:
            raise UserError(
                self.env._(
                    "The number of %(name)s is hidden until the customer is claimed, "
                    "and no telephone exchange dials it for you.",
                    name=self.name,
                )
            )
        return super()._dial()

    def _snapshot(self):
        """Called with superuser rights: the number is masked for the agent."""
        values = super()._snapshot()
        if values["number"] and self.is_number_masked:
            values["number"] = mask(values["number"])
        return values
