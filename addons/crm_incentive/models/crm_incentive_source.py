from odoo import models


class CrmIncentiveSource(models.AbstractModel):
    """What a measure can count. Every model that inherits this one is a source.

    - ``_source_code`` is stored on measures; ``_line_model`` is what a measure's domain
      speaks of; ``_date_rules`` lists (code, label) of dates to count by.
    - ``_source_rows`` gives one row per line and event, by itself and in any order:

      ==================  ===========================================================
      source_key          text, what makes the row unique within the source
      res_model, res_id   the line credited
      document_model,     the document a reader opens
      document_id
      transaction_key     text ``model,id`` of the deal: refunds carry their invoice's
      date                date the row counts on
      amount              numeric, untaxed, in the document's currency; refunds negative
      currency_id         of the document
      user_id             salesperson of the deal, or NULL
      partner_id          commercial partner, or NULL
      ==================  ===========================================================
    """

    _name = "crm.incentive.source"
    _description = "Incentive Source"

    _source_code = None
    _line_model = None
    _date_rules = ()

    def _source_rows(self, measure, line_ids, company, date_to):
        """SQL with the columns above, of ``company``, dated up to ``date_to``.

        ``line_ids`` is SQL that selects the ids of lines in the measure's domain.
        """
        raise NotImplementedError  # each kind of source has its own statement

    def _zone(self, company):
        """The zone in which the company's days begin."""
        return company.partner_id.tz or company.resource_calendar_id.tz or "UTC"
