from odoo import fields, models
from odoo.exceptions import AccessError


class CrmServiceAgreementEntry(models.Model):
    """One line of an agreement's consumption; append-only.

    - `quantity` counts against what is included (incidents or hours); what an
      incident gives back when its request leaves the agreement is a negative line.
    - `excess_quantity` is what was used beyond the included quantity.
    - The sum of `quantity` equals the agreement's `used_quantity`.
    """

    _name = "crm.service.agreement.entry"
    _description = "Agreement Consumption"
    _order = "date desc, id desc"

    agreement_id = fields.Many2one(
        comodel_name="crm.service.agreement",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, index=True
    )
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Document", model_field="res_model", readonly=True
    )
    document_name = fields.Char(
        string="Request",
        readonly=True,
        help="The document's name when the line was written.",
    )
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    quantity = fields.Float(digits=(16, 2), required=True, readonly=True)
    excess_quantity = fields.Float(
        string="Beyond the Agreement", digits=(16, 2), readonly=True
    )
    note = fields.Char(readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="By",
        readonly=True,
        default=lambda self: self.env.uid,
    )

    _document_idx = models.Index("(res_model, res_id)")

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------
    def write(self, vals):  # pylint: disable=method-required-super  # append-only
        raise AccessError(self.env._("Consumption lines are never changed."))
