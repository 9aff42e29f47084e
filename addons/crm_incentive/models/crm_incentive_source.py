from odoo import models
from odoo.tools import SQL


class CrmIncentiveSource(models.AbstractModel):
    """What a measure can count. Every model that inherits this one is a source.

    - ``_source_code`` is stored on measures; ``_line_model`` is what a measure's domain
      speaks of; ``_document_model`` is what is marked when it changes; ``_date_rules``
      lists (code, label) of dates to count by, ``_counts`` what can be counted.
    - ``_source_rows`` gives one row per line and event, by itself and in any order:

      ==================  ===========================================================
      source_key          text, what makes the row unique within the source
      res_model, res_id   the line credited
      document_model,     the document a reader opens
      document_id
      transaction_key     text ``model,id`` of the deal: refunds carry their invoice's
      date                date the row counts on
      amount              numeric, untaxed, in the document's currency; refunds
                          negative. Or a quantity, in the product's own unit
      currency_id         of the document; of a quantity, the company's
      user_id             salesperson of the deal, or NULL
      partner_id          commercial partner, or NULL
      ==================  ===========================================================
    """

    _name = "crm.incentive.source"
    _description = "Incentive Source"

    _source_code = None
    _line_model = None
    _document_model = None
    _date_rules = ()
    _counts = ("amount",)

    def _source_rows(self, measure, line_ids, company, date_to, documents=None):
        """SQL with the columns above, of ``company``, dated up to ``date_to``.

        ``line_ids`` is SQL that selects the ids of lines in the measure's domain.
        ``documents`` is SQL that selects the ids of the only documents to look at.
        """
        raise NotImplementedError  # each kind of source has its own statement

    def _touched(self):
        """SQL of the documents to look at again because marked ones changed."""
        return self.env["crm.incentive.mark"]._marked(self._document_model)

    def _chosen_documents(self):
        """SQL of what :meth:`_touched` finds, looked for once."""
        self.env["crm.incentive.ledger"]._create_table(
            "incentive_touched",
            SQL("SELECT res_id FROM (%s) touched (res_id)", self._touched()),
        )
        return SQL("SELECT res_id FROM incentive_touched")

    def _chosen(self, column, ids):
        """Condition that ``column`` is among ``ids`` (SQL), when these are given."""
        return SQL("%s IN (%s)", column, ids) if ids else SQL("TRUE")

    def _zone(self, company):
        """The zone in which the company's days begin."""
        return company.partner_id.tz or company.resource_calendar_id.tz or "UTC"

    def _currency(self, measure, company):
        """SQL of the currency: a quantity has none and gets the company's."""
        if measure.counts == "quantity":
            return SQL("%s::integer", company.currency_id.id)
        return SQL("doc.currency_id")

    def _units(self, measure, line_unit):
        """Joins that a quantity needs: the line's unit and the product's own."""
        if measure.counts != "quantity":
            return SQL()
        for name in ("uom.uom", "product.product", "product.template"):
            self.env[name].flush_model()
        return SQL(
            """
         LEFT JOIN product_product product ON product.id = line.product_id
         LEFT JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN uom_uom own_unit ON own_unit.id = template.uom_id
         LEFT JOIN uom_uom line_unit ON line_unit.id = %s
            """,
            line_unit,
        )

    def _in_own_unit(self):
        """SQL of what one of the line's unit is in the product's own."""
        return SQL("COALESCE(line_unit.factor / own_unit.factor, 1)::numeric")
