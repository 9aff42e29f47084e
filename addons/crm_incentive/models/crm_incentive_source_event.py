from odoo import api, models
from odoo.tools import SQL


class CrmIncentiveSourceEvent(models.AbstractModel):
    """What sources share in which a record happens once, on the day of a moment.

    ``_event`` says in SQL what of the record ``line`` counts; the record is its own
    document and deal.
    """

    _name = "crm.incentive.source.event"
    _inherit = ["crm.incentive.source"]
    _description = "Incentive Source of Events"

    _counts = ("quantity",)

    def _event(self, measure):
        """SQL by name: moment (UTC), user_id, partner_id, company_id, holds, amount.

        ``joins`` may give more tables; ``partner`` is joined on partner_id, for the
        commercial partner.
        """
        raise NotImplementedError  # each source has its own columns

    def _source_rows(self, measure, line_ids, company, date_to, documents=None):
        model = self.env[self._line_model]
        model.flush_model()
        event = {"joins": SQL(), "amount": SQL("1"), **self._event(measure)}
        if measure.counts == "quantity":
            event["amount"] = SQL("1")
        return SQL(
            """
            SELECT %(columns)s, day.date, %(amount)s::numeric AS amount,
                   %(currency)s::integer AS currency_id, %(user_id)s AS user_id,
                   partner.commercial_partner_id AS partner_id
              FROM %(table)s line %(joins)s
         LEFT JOIN res_partner partner ON partner.id = %(partner_id)s
        CROSS JOIN LATERAL (
                    SELECT (%(moment)s AT TIME ZONE 'UTC'
                            AT TIME ZONE %(zone)s)::date AS date) day
             WHERE %(holds)s AND %(company_id)s = %(company)s
               AND day.date <= %(date_to)s AND %(chosen)s
               AND line.id IN (%(line_ids)s)
            """,
            **event,
            columns=self._own_columns(),
            table=SQL.identifier(model._table),
            currency=company.currency_id.id,
            zone=self._zone(company),
            company=company.id,
            date_to=date_to,
            chosen=self._chosen(SQL("line.id"), documents),
            line_ids=line_ids,
        )

    def _own_columns(self):
        """The record as its own key, line, document and deal."""
        return SQL(
            """
            %(model)s || ',' || line.id AS source_key, %(model)s AS res_model,
            line.id AS res_id, %(model)s AS document_model, line.id AS document_id,
            %(model)s || ',' || line.id AS transaction_key
            """,
            model=self._line_model,
        )


class CrmIncentiveMarkingMixin(models.AbstractModel):
    """A record that is a source's document: the next run looks at it when it changes.

    Only where an approved plan counts such records.
    """

    _name = "crm.incentive.marking.mixin"
    _description = "Marked When Changed"

    # a change of these changes what counts
    _incentive_fields = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._mark_incentive()
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._incentive_fields & vals.keys():
            self._mark_incentive()
        return result

    def unlink(self):
        self._mark_incentive()
        return super().unlink()

    def _mark_incentive(self):
        marks = self.env["crm.incentive.mark"]
        if marks._companies(self._name):
            pairs = [(each._incentive_company().id, each.id) for each in self]
            marks._set(self._name, pairs)

    def _incentive_company(self):
        """The company whose plans count the record."""
        return self.company_id
