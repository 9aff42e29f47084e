from odoo import api, fields, models

SETTINGS = (
    "stage_id",
    "owner_mode",
    "owner_id",
    "country_id",
    "is_company",
    "number_duplicates",
    "invalid_numbers",
)


class CrmPoolImportSettingsMixin(models.AbstractModel):
    """Where imported customers go and what is refused: of a file, or of a template.

    Inheriting models have a company_id.
    """

    _name = "crm.pool.import.settings.mixin"
    _description = "Settings of a Customer Import"

    @api.model
    def _default_stage_id(self):
        policy = self.env["crm.pool.policy"]._policy_for(self.env.company)
        return policy._entry_stage()

    @api.model
    def _default_country_id(self):
        return self.env.company.country_id or self.env.ref("base.cn")

    stage_id = fields.Many2one(
        comodel_name="crm.pool.stage",
        domain="[('company_id', 'in', [company_id, False])]",
        default=lambda self: self._default_stage_id(),
        ondelete="restrict",
    )
    owner_mode = fields.Selection(
        selection=[("shared", "Shared"), ("me", "Me"), ("user", "Another Person")],
        string="Owner",
        required=True,
        default="shared",
    )
    owner_id = fields.Many2one(
        comodel_name="res.users",
        string="Person",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        ondelete="restrict",
    )
    country_id = fields.Many2one(
        comodel_name="res.country",
        required=True,
        default=lambda self: self._default_country_id(),
        help="Of numbers and addresses that name none.",
    )
    is_company = fields.Boolean(
        string="Customers Are Companies",
        default=True,
        help="Off: the customers are persons.",
    )
    number_duplicates = fields.Selection(
        selection=[("reject", "Refuse"), ("keep", "Allow")],
        string="Equal Numbers",
        required=True,
        default="reject",
    )
    invalid_numbers = fields.Selection(
        selection=[
            ("reject", "Refuse if no number is valid"),
            ("keep", "Keep the row and the text"),
        ],
        required=True,
        default="reject",
    )

    def _get_settings(self):
        """The settings as values of fields, for another record that has them."""
        self.ensure_one()
        return {
            name: value.id
            if isinstance(value := self[name], models.BaseModel)
            else value
            for name in SETTINGS
        }
