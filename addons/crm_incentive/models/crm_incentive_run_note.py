from odoo import models
from odoo.tools import SQL


class CrmIncentiveRun(models.Model):
    """What a run tells its reader besides figures."""

    _inherit = "crm.incentive.run"

    def _explain(self, measures, ledger, is_full):
        """What the reader should know, above all why a period is empty."""
        notes = []
        if is_full and self.scope == "incremental":
            notes.append(
                self.env._(
                    "Computed in full: plans, people, quotas or rates changed, or "
                    "other days were computed before."
                )
            )
        if not measures:
            notes.append(self.env._("No approved plan is in force in this period."))
        if ledger.get("unconverted"):
            notes.append(
                self.env._(
                    "No exchange rate on or before the date, left out: %(names)s.",
                    names=", ".join(ledger["unconverted"]),
                )
            )
        if ledger.get("waiting"):
            notes.append(
                self.env._(
                    "%(count)s credits wait for the next period: the statement they "
                    "belong to has left the draft.",
                    count=ledger["waiting"],
                )
            )
        problems = ledger.get("problems", ())
        notes += [self._explain_formula(*each) for each in problems]
        if is_full:
            notes += self._explain_credits(measures)
        return "\n".join(notes)

    def _explain_formula(self, participant, component, period, result):
        """Whose formula could not be computed, and why; he earns nothing by it."""
        return self.env._(
            "%(person)s, %(component)s, %(period)s: no amount. %(formula)s: %(why)s",
            person=participant.name,
            component=component.name,
            period=period.name,
            formula=result.culprit,
            why=self.env["crm.incentive.formula"]._explain_problem(result.problem),
        )

    def _explain_credits(self, measures):
        """Measures without credits in the period, and what went to the house."""
        counts = self._credit_counts()
        notes = []
        for measure in measures:
            total, unclaimed = counts.get(measure.id, (0, 0))
            if not total:
                notes.append(
                    self.env._(
                        "%(measure)s: no document counts in this period.",
                        measure=measure.name,
                    )
                )
            if unclaimed:
                notes.append(
                    self.env._(
                        "%(measure)s: %(count)s credits went to the house, because "
                        "nobody of the deal is a participant.",
                        measure=measure.name,
                        count=unclaimed,
                    )
                )
        return notes

    def _credit_counts(self):
        """{measure id: (credits of the period, those the house got unasked)}."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT credit.measure_id, COUNT(*),
                       COUNT(*) FILTER (WHERE participant.kind = 'house'
                                          AND rule.receiver <> 'house')
                  FROM crm_incentive_credit credit
                  JOIN crm_incentive_participant participant
                    ON participant.id = credit.participant_id
                  JOIN crm_incentive_credit_rule rule ON rule.id = credit.rule_id
                 WHERE credit.company_id = %s AND credit.date BETWEEN %s AND %s
                   AND credit.reversal_of_id IS NULL
              GROUP BY credit.measure_id
                """,
                self.company_id.id,
                self.period_id.date_from,
                self.period_id.date_to,
            )
        )
        return {row[0]: row[1:] for row in rows}
