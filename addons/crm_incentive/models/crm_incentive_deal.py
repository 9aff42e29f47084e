from odoo import fields, models
from odoo.tools import SQL


class CrmIncentiveDeal(models.Model):
    """Orders and invoices of a participant: what they count for him, what they earned.

    One row per participant, document, measure and currency of the plan; what a formula
    pays belongs to no single document and stands on the statement only.
    """

    _name = "crm.incentive.deal"
    _inherit = "crm.incentive.document.mixin"
    _description = "Incentive of an Order"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "document_name"

    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    measure_id = fields.Many2one(comodel_name="crm.incentive.measure", readonly=True)
    date = fields.Date(readonly=True)
    partner_id = fields.Many2one(comodel_name="res.partner", readonly=True)
    partner_name = fields.Char(
        related="partner_id.name",
        string="Customer",
        help="The name alone, as on the document: the reader may not see the customer.",
    )
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    credited = fields.Monetary(readonly=True)
    earned_currency_id = fields.Many2one(
        comodel_name="res.currency", string="Plan Currency", readonly=True
    )
    earned = fields.Monetary(currency_field="earned_currency_id", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT COALESCE(MIN(paid.first_id), -MIN(credit.id)) AS id,
                   credit.participant_id, credit.company_id, credit.measure_id,
                   MIN(credit.date) AS date, credit.document_model,
                   credit.document_id, credit.partner_id, credit.currency_id,
                   SUM(credit.amount) AS credited,
                   paid.currency_id AS earned_currency_id, SUM(paid.amount) AS earned
              FROM crm_incentive_credit credit
         LEFT JOIN LATERAL (
                    SELECT MIN(entry.id) AS first_id, entry.currency_id,
                           SUM(entry.amount) AS amount
                      FROM crm_incentive_entry entry
                     WHERE entry.credit_id = credit.id AND %s
                  GROUP BY entry.currency_id) paid ON TRUE
             WHERE %s
          GROUP BY credit.participant_id, credit.company_id, credit.measure_id,
                   credit.document_model, credit.document_id, credit.partner_id,
                   credit.currency_id, paid.currency_id
            """,
            self.env["crm.incentive.entry"]._stands("entry"),
            self.env["crm.incentive.credit"]._stands("credit"),
        )
