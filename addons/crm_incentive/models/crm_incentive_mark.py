from odoo import api, fields, models, tools
from odoo.tools import SQL

# what an incremental run has to look at, for this transaction
MARKED = SQL.identifier("incentive_marked")


class CrmIncentiveMark(models.Model):
    """What changed since the last run of a company: a document, a person, a setting.

    - Documents are marked when they are posted, cancelled, reversed, reconciled or
      confirmed, by one INSERT for a whole batch; nothing is computed then.
    - A marked participant is rated anew; a marked company means everything: its plans,
      people, quotas or exchange rates changed.
    - A run takes the marks with it. Companies without an approved plan have none.
    """

    _name = "crm.incentive.mark"
    _description = "Incentive Mark"
    _order = "id"
    _log_access = False

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="cascade"
    )
    res_model = fields.Char(string="Changed", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True, readonly=True
    )

    _record_idx = models.Index("(company_id, res_model, res_id)")

    @api.depends("res_model", "res_id")
    def _compute_display_name(self):
        # the kind and number alone, for planners who may not open the document
        for mark in self:
            kind = self.env["ir.model"]._get(mark.res_model).name or mark.res_model
            mark.display_name = f"{kind} {mark.res_id}"

    @api.model
    def _set(self, model, pairs):
        """Mark records of ``model``, given as (company id, id)."""
        companies = self._companies(model)
        pairs = sorted({pair for pair in pairs if pair[0] in companies})
        if pairs:
            self._set_found(
                SQL(
                    """
                    SELECT * FROM UNNEST(%s::integer[], %s::varchar[], %s::integer[])
                    """,
                    [company_id for company_id, _res_id in pairs],
                    [model] * len(pairs),
                    [res_id for _company_id, res_id in pairs],
                )
            )

    @api.model
    def _set_found(self, query, model=None):
        """Mark what ``query`` finds of ``model``: company id, model, id."""
        companies = self._companies(model)
        if companies:
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO crm_incentive_mark (company_id, res_model, res_id)
                    SELECT found.* FROM (%s) found (company_id, res_model, res_id)
                     WHERE found.company_id = ANY(%s)
                    """,
                    query,
                    sorted(companies),
                )
            )

    @api.model
    def _set_companies(self, companies):
        """Everything of ``companies`` is to be computed anew."""
        self._set("res.company", [(company.id, company.id) for company in companies])

    @api.model
    def _companies(self, model=None):
        """Ids of the companies with an approved plan that counts ``model``, if any.

        Changes of what is no document, and of companies, are asked for by no model.
        """
        watched = self._watched()
        return watched.get(model if model in watched else None, frozenset())

    @api.model
    @tools.ormcache()
    def _watched(self):
        """{model of documents: ids of the companies whose approved plans count it}."""
        # every company's plans, whoever posts a document
        components_sudo = self.env["crm.incentive.plan.component"].sudo()
        found = components_sudo.search([("version_id.state", "=", "approved")])
        result = {
            source._document_model: frozenset()
            for _name, source in self.env["crm.incentive.measure"]._sources()
        }
        for component in found:
            versions = component.formula_id._closure().version_ids
            for measure in component.measure_id | versions.measure_ids:
                source = measure._source()
                if source is not None:
                    result[source._document_model] |= {component.company_id.id}
        result[None] = frozenset(found.company_id.ids)
        return result

    @api.model
    def _take(self, company):
        """Move the company's marks to a temporary table; the models they are of.

        Marks of transactions that are not committed yet stay for the next run, as do
        their documents, which this one cannot see either.
        """
        self.env["crm.incentive.ledger"]._create_table(
            "incentive_marked",
            SQL(
                """
                SELECT DISTINCT res_model, res_id
                  FROM crm_incentive_mark WHERE company_id = %s
                """,
                company.id,
            ),
        )
        self.env.cr.execute(
            SQL("DELETE FROM crm_incentive_mark WHERE company_id = %s", company.id)
        )
        self.invalidate_model()
        rows = self.env.execute_query(SQL("SELECT DISTINCT res_model FROM %s", MARKED))
        return {model for (model,) in rows}

    @api.model
    def _marked(self, model):
        """SQL of the marked ids of ``model``, inside a run."""
        return SQL("SELECT res_id FROM %s WHERE res_model = %s", MARKED, model)


class CrmIncentiveMarkedMixin(models.AbstractModel):
    """Settings of which each change lets the next run compute everything.

    The model has the company as `company_id`.
    """

    _name = "crm.incentive.marked.mixin"
    _description = "Changes What Everybody Earns"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._mark_company()
        return records

    def write(self, vals):
        companies = self._marked_companies()
        result = super().write(vals)
        self.env["crm.incentive.mark"]._set_companies(
            companies | self._marked_companies()
        )
        return result

    def unlink(self):
        self._mark_company()
        return super().unlink()

    def _mark_company(self):
        self.env["crm.incentive.mark"]._set_companies(self._marked_companies())

    def _marked_companies(self):
        """The companies that a change of these records concerns."""
        return self.company_id
