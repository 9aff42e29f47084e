from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_stage_pipeline.models.kept_many2one import KeptMany2one

_COMPARED = ("date", "amount", "currency_id", "transaction_key")


class CrmIncentiveCredit(models.Model):
    """A person's share of a source line. Append-only.

    - Natural key: rule, source key, participant, revision. When a source line
      changes, a reversal is added to the old credit and a new revision beside it.
    - Amounts are in the document's currency; a reversal carries the date of what it
      takes back.
    - Written set-based by runs only: no document is slowed down by a credit.
    """

    _name = "crm.incentive.credit"
    _inherit = ["crm.incentive.appended.mixin", "crm.incentive.document.mixin"]
    _description = "Incentive Credit"
    _order = "date desc, id desc"
    _log_access = False  # the run tells who and when; each key costs a bulk insert
    _rec_name = "source_key"

    # the measures of approved versions are kept, with their rules
    measure_id = KeptMany2one(
        comodel_name="crm.incentive.measure",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    rule_id = KeptMany2one(
        comodel_name="crm.incentive.credit.rule",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    kind = fields.Selection(related="rule_id.kind")
    share = fields.Char(related="rule_id.share")
    amount = fields.Monetary(required=True, readonly=True)
    # refuses to be deleted when credited, is followed when merged
    partner_id = KeptMany2one(
        comodel_name="res.partner",
        string="Customer",
        readonly=True,
    )
    partner_name = fields.Char(related="partner_id.name", string="Customer Name")
    source_key = fields.Char(required=True, readonly=True)
    res_model = fields.Char(string="Source Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Source Line", model_field="res_model", required=True, readonly=True
    )
    transaction_key = fields.Char(string="Deal", required=True, readonly=True)
    # credits are never deleted
    reversal_of_id = KeptMany2one(
        comodel_name="crm.incentive.credit", readonly=True, ondelete="restrict"
    )
    reversal_ids = fields.One2many(
        comodel_name="crm.incentive.credit", inverse_name="reversal_of_id"
    )

    _natural_unique = models.UniqueIndex(
        "(rule_id, source_key, participant_id, revision) WHERE reversal_of_id IS NULL"
    )
    _reversal_unique = models.UniqueIndex(
        "(reversal_of_id) WHERE reversal_of_id IS NOT NULL"
    )
    _person_idx = models.Index("(participant_id, measure_id, date)")
    _document_idx = models.Index("(document_id, document_model)")

    @api.depends("document_name", "participant_id")
    def _compute_display_name(self):
        for credit in self:
            names = (credit.document_name, credit.participant_id.display_name)
            credit.display_name = ", ".join(name for name in names if name)

    @api.model
    def _collect(self, measure, date_to, run, touched=None):
        """Bring the credits of ``measure`` up to ``date_to`` in line with its source.

        One statement: what is wanted is compared with what is credited, differences
        are reversed and added. ``touched`` is SQL of the only documents to look at.
        Returns (added, reversed, ids of the participants of both).
        """
        house = self.env["crm.incentive.participant"]._house(measure.company_id)
        self.env.flush_all()
        stamp = SQL(
            "%s",
            run.id or None,
        )
        query = SQL(
            """
            WITH wanted AS MATERIALIZED (%(wanted)s),
            live AS MATERIALIZED (%(live)s),
            history AS MATERIALIZED (%(history)s),
            taken_back AS (%(reversals)s RETURNING participant_id),
            added AS (%(additions)s RETURNING participant_id)
            SELECT (SELECT COUNT(*) FROM added), (SELECT COUNT(*) FROM taken_back),
                   (SELECT COALESCE(ARRAY_AGG(DISTINCT participant_id), '{}')
                      FROM (SELECT * FROM added UNION ALL SELECT * FROM taken_back) x)
            """,
            wanted=self._wanted(measure, date_to, house, touched),
            live=self._live(measure, date_to, touched),
            history=self._history(measure, touched),
            reversals=self._reversals(stamp),
            additions=self._additions(measure, stamp),
        )
        [counts] = self.env.execute_query(query)
        self.env.invalidate_all()
        return counts

    def _reversals(self, stamp):
        """Insert of what takes back live credits that are wanted no more, or not so."""
        return SQL(
            """
            INSERT INTO crm_incentive_credit (%(columns)s, reversal_of_id)
            SELECT live.company_id, live.measure_id, live.rule_id,
                   live.participant_id, live.date, -live.amount, live.currency_id,
                   live.partner_id, live.source_key, live.revision, live.res_model,
                   live.res_id, live.document_model, live.document_id,
                   live.transaction_key, %(stamp)s, live.id
              FROM live
         LEFT JOIN wanted USING (rule_id, source_key, participant_id)
             WHERE %(differs)s
            """,
            columns=self._columns(),
            differs=self.env["crm.incentive.ledger"]._differs(_COMPARED),
            stamp=stamp,
        )

    def _additions(self, measure, stamp):
        """Insert of wanted credits that are not live, or not so, as new revisions."""
        return SQL(
            """
            INSERT INTO crm_incentive_credit (%(columns)s)
            SELECT %(company)s, %(measure)s, wanted.rule_id, wanted.participant_id,
                   wanted.date, wanted.amount, wanted.currency_id,
                   wanted.partner_id, wanted.source_key,
                   COALESCE(history.revision, 0) + 1,
                   wanted.res_model, wanted.res_id, wanted.document_model,
                   wanted.document_id, wanted.transaction_key, %(stamp)s
              FROM wanted
         LEFT JOIN live USING (rule_id, source_key, participant_id)
         LEFT JOIN history USING (rule_id, source_key, participant_id)
             WHERE %(differs)s
          ORDER BY wanted.date, wanted.document_id, wanted.source_key, wanted.rule_id
            """,
            columns=self._columns(),
            differs=self.env["crm.incentive.ledger"]._differs(_COMPARED),
            company=measure.company_id.id,
            measure=measure.id,
            stamp=stamp,
        )

    def _columns(self):
        names = (
            "company_id measure_id rule_id participant_id date amount currency_id "
            "partner_id source_key revision res_model res_id document_model "
            "document_id transaction_key run_id"
        )
        return SQL(", ").join(map(SQL.identifier, names.split()))

    def _history(self, measure, touched):
        """The last revision of each key: once for all, not once for each credit."""
        source = measure._source()
        return SQL(
            """
            SELECT credit.rule_id, credit.source_key, credit.participant_id,
                   MAX(credit.revision) AS revision
              FROM crm_incentive_credit credit
             WHERE credit.measure_id = %s AND credit.reversal_of_id IS NULL
               AND credit.document_model = %s AND %s
          GROUP BY credit.rule_id, credit.source_key, credit.participant_id
            """,
            measure.id,
            source._document_model,
            source._chosen(SQL("credit.document_id"), touched),
        )

    def _live(self, measure, date_to, touched):
        """Credits that stand: neither reversals nor reversed."""
        source = measure._source()
        return SQL(
            """
            SELECT credit.*
              FROM crm_incentive_credit credit
             WHERE credit.measure_id = %s AND credit.date <= %s
               AND %s AND credit.document_model = %s AND %s
            """,
            measure.id,
            date_to,
            self._stands("credit"),
            source._document_model,
            source._chosen(SQL("credit.document_id"), touched),
        )

    def _wanted(self, measure, date_to, house, touched):
        """What should be credited: each source row split by the measure's rules.

        Shares are rounded to the document's currency; what is left of the direct ones
        goes to the largest, first listed on ties. A direct share that finds nobody is
        the house's.
        """
        return SQL(
            """
            WITH source AS (%(rows)s),
            first_owner AS (%(first_owner)s),
            share AS (%(shares)s),
            whole AS (SELECT share.*, %(credited)s AS credited FROM share)
            SELECT whole.rule_id, whole.source_key, receiver.id AS participant_id,
                   whole.date, whole.credited AS amount, whole.currency_id,
                   whole.partner_id, whole.res_model, whole.res_id,
                   whole.document_model, whole.document_id, whole.transaction_key
              FROM whole
        CROSS JOIN LATERAL (
                    SELECT COALESCE(whole.receiver_id, CASE WHEN whole.kind = 'direct'
                           THEN %(house)s::integer END) AS id) receiver
             WHERE whole.credited <> 0 AND receiver.id IS NOT NULL
            """,
            rows=self._deals(measure, measure._source_rows(date_to, touched)),
            first_owner=self._first_owners(measure, touched),
            shares=self._shares(measure),
            credited=self._credited(measure),
            house=house.id,
        )

    def _credited(self, measure):
        """A share's portion; the largest direct one has what is left beside."""
        direct = measure.rule_ids.filtered(lambda rule: rule.kind == "direct")
        if len(direct) == 1:
            return SQL("CASE kind WHEN 'direct' THEN amount ELSE portion END")
        return SQL(
            """
            portion + CASE WHEN kind = 'direct' AND ROW_NUMBER() OVER (
                           PARTITION BY source_key, kind
                           ORDER BY size DESC, sequence, rule_id) = 1
                      THEN amount - SUM(portion) OVER (PARTITION BY source_key, kind)
                      ELSE 0 END
            """
        )

    def _deals(self, measure, rows):
        """Source rows with what the measure's rules ask of whole deals: nothing."""
        return rows

    def _first_owners(self, measure, touched):
        """What changes by the day is asked once per deal: who was first stays."""
        return SQL(
            """
            SELECT DISTINCT ON (credit.rule_id, credit.transaction_key)
                   credit.rule_id, credit.transaction_key, credit.participant_id
              FROM crm_incentive_credit credit
              JOIN crm_incentive_credit_rule rule ON rule.id = credit.rule_id
             WHERE credit.measure_id = %s
               AND rule.receiver IN ('owner', 'caller', 'leader', 'role')
               AND credit.document_model = %s
               AND credit.reversal_of_id IS NULL AND %s
          ORDER BY credit.rule_id, credit.transaction_key, credit.id
            """,
            measure.id,
            measure._source()._document_model,
            measure._source()._chosen(SQL("credit.document_id"), touched),
        )

    def _shares(self, measure):
        """Each source row for each rule: its receiver, if any, and rounded portion."""
        receivers = self._receivers(measure)
        used = {"salesperson", *measure.rule_ids.mapped("receiver")}
        cases, joins = [], []
        for name, (receiver, join) in receivers.items():
            if name in used:
                cases.append(SQL("WHEN %s THEN %s", name, receiver))
                joins.append(join)
        return SQL(
            """
            SELECT source.*, rule.id AS rule_id, rule.kind, rule.sequence,
                   rule.numerator::numeric / rule.denominator AS size,
                   ROUND(source.amount * rule.numerator / rule.denominator
                         / currency.rounding) * currency.rounding AS portion,
                   CASE rule.receiver %(cases)s END AS receiver_id
              FROM source
              JOIN res_currency currency ON currency.id = source.currency_id
              JOIN crm_incentive_credit_rule rule
                ON rule.measure_id = %(measure)s AND %(fits)s
         LEFT JOIN crm_incentive_participant seller
                ON seller.user_id = source.user_id AND seller.company_id = %(company)s
         LEFT JOIN crm_pool_customer customer
                ON customer.partner_id = source.partner_id
               AND customer.company_id = %(company)s
         LEFT JOIN first_owner
                ON first_owner.rule_id = rule.id
               AND first_owner.transaction_key = source.transaction_key
            %(joins)s
            """,
            cases=SQL(" ").join(cases),
            joins=SQL(" ").join(joins),
            measure=measure.id,
            fits=self._fits(measure),
            company=measure.company_id.id,
        )

    def _fits(self, measure):
        """Condition: an overlay for some lines only is not for the others."""
        narrowed = measure.rule_ids.filtered(lambda rule: rule._is_narrowed())
        return SQL(" AND ").join(
            [
                SQL("TRUE"),
                *(
                    SQL(
                        "(rule.id <> %s OR source.res_id IN (%s))",
                        rule.id,
                        rule._line_ids_query(),
                    )
                    for rule in narrowed
                ),
            ]
        )

    def _receivers(self, measure):
        """{receiver of a rule: (SQL of the participant's id, join that it needs)}.

        Joins may use source, rule, seller, customer and first_owner.
        """

        def first(other):
            return SQL("COALESCE(first_owner.participant_id, %s)", other)

        return {
            "salesperson": (SQL("seller.id"), SQL()),
            "fixed": (SQL("rule.participant_id"), SQL()),
            "owner": (
                first(SQL("owner.id")),
                SQL(
                    """
         LEFT JOIN crm_incentive_participant owner
                ON owner.user_id = customer.owner_id AND owner.company_id = %s
                    """,
                    measure.company_id.id,
                ),
            ),
        }
