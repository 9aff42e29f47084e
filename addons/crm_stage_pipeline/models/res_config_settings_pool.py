from odoo import api, fields, models

PRICES = "product.decimal_price"
UNITS = "uom.decimal_product_uom"


class ResConfigSettings(models.TransientModel):
    """The page of settings that a consultant works down (P58, G19): numbers, values,
    duplicates, editing, reminders, alarms, decimals of the current company."""

    _inherit = "res.config.settings"

    crm_pool_number_prefix = fields.Char(
        related="crm_pool_policy_id.number_sequence_id.prefix",
        string="Prefix of Customer Numbers",
        readonly=False,
    )
    crm_pool_number_padding = fields.Integer(
        related="crm_pool_policy_id.number_sequence_id.padding",
        string="Digits of Customer Numbers",
        readonly=False,
    )
    crm_pool_number_next = fields.Integer(
        related="crm_pool_policy_id.number_sequence_id.number_next_actual",
        string="Next Customer Number",
        readonly=False,
    )
    crm_pool_name_duplicates = fields.Selection(
        related="crm_pool_policy_id.name_duplicates", readonly=False
    )
    crm_pool_phone_duplicates = fields.Selection(
        related="crm_pool_policy_id.phone_duplicates", readonly=False
    )
    crm_pool_restrict_fields = fields.Boolean(
        related="crm_pool_policy_id.restrict_fields", readonly=False
    )
    crm_pool_use_territories = fields.Boolean(
        related="crm_pool_policy_id.use_territories", readonly=False
    )
    crm_pool_alarm_email = fields.Char(
        related="crm_pool_policy_id.alarm_email", readonly=False
    )
    crm_pool_receivable_days = fields.Integer(
        related="crm_pool_policy_id.receivable_reminder_days", readonly=False
    )
    crm_pool_birthday_days = fields.Integer(
        related="crm_pool_policy_id.birthday_reminder_days", readonly=False
    )
    crm_pool_quotation_digits = fields.Selection(
        related="crm_pool_policy_id.quotation_digits", readonly=False
    )
    crm_pool_order_digits = fields.Selection(
        related="crm_pool_policy_id.order_digits", readonly=False
    )
    crm_pool_product_digits = fields.Selection(
        related="crm_pool_policy_id.product_digits", readonly=False
    )
    crm_pool_price_digits = fields.Integer(string="Decimals of Prices, at Least")
    crm_pool_unit_digits = fields.Integer(string="Decimals of Quantities")
    crm_pool_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )

    @api.model
    def default_get(self, fields_list):
        # a company of before this version has no sequence yet
        self.env["crm.pool.policy"]._policy_for(self.env.company)._number_sequence()
        return super().default_get(fields_list)

    def action_crm_pool_open(self):
        """Open the list that a link of the page names, in the context."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            f"crm_stage_pipeline.{self.env.context['crm_pool_list']}"
        )
        return action

    def action_crm_pool_currency(self):
        """The currency, whose rounding holds for every amount of the company."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.currency",
            "res_id": self.company_id.currency_id.id,
            "views": [(False, "form")],
        }

    @api.model
    def get_values(self):
        values = super().get_values()
        values["crm_pool_price_digits"] = self.env.ref(PRICES).digits
        values["crm_pool_unit_digits"] = self.env.ref(UNITS).digits
        return values

    def set_values(self):
        result = super().set_values()
        for xml_id, digits in (
            (PRICES, self.crm_pool_price_digits),
            (UNITS, self.crm_pool_unit_digits),
        ):
            precision = self.env.ref(xml_id)
            if precision.digits != digits:
                precision.digits = digits
        return result
