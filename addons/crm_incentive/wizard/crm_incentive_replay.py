from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..rating.rounding import round_money

_ZERO = Decimal(0)


class CrmIncentiveReplay(models.TransientModel):
    """A version of a plan, draft or not, on past days beside what was earned then.

    Reads only: what a change of plan would have cost, person by person. Running totals
    begin on the first day, so whole months, quarters or years say most.
    """

    _name = "crm.incentive.replay"
    _description = "Incentive Replay"
    _check_company_auto = True

    version_id = fields.Many2one(
        comodel_name="crm.incentive.plan.version", required=True, ondelete="cascade"
    )
    plan_id = fields.Many2one(related="version_id.plan_id")
    company_id = fields.Many2one(related="version_id.company_id")
    currency_id = fields.Many2one(related="version_id.currency_id")
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="Until", required=True)
    line_ids = fields.One2many(
        comodel_name="crm.incentive.replay.line",
        inverse_name="replay_id",
        string="Participants",
        readonly=True,
    )
    earned = fields.Monetary(compute="_compute_sums")
    replayed = fields.Monetary(compute="_compute_sums")
    difference = fields.Monetary(compute="_compute_sums")

    @api.depends("line_ids.earned", "line_ids.replayed")
    def _compute_sums(self):
        for replay in self:
            replay.earned = sum(replay.line_ids.mapped("earned"))
            replay.replayed = sum(replay.line_ids.mapped("replayed"))
            replay.difference = replay.replayed - replay.earned

    def action_replay(self):
        """Compute the comparison and show it."""
        self.ensure_one()
        if self.date_from > self.date_to:
            raise UserError(self.env._("The last day is not before the first."))
        if self.version_id.component_ids.filtered("formula_id"):
            raise UserError(
                self.env._("Formulas are tried on a person and period, in their form.")
            )
        replayed, earned = self._replayed(), self._earned()
        people = self.env["crm.incentive.participant"].browse(
            replayed.keys() | earned.keys()
        )
        self.line_ids = [
            fields.Command.clear(),
            *(
                fields.Command.create(
                    {
                        "participant_id": person.id,
                        "earned": earned.get(person.id, 0),
                        "replayed": float(replayed.get(person.id, 0)),
                    }
                )
                for person in people.sorted("name")
            ),
        ]
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _replayed(self):
        """{participant id: what the version would have paid}."""
        self._collect()
        unit = Decimal(str(self.currency_id.rounding))
        result = {}
        sums = self.env["crm.incentive.aggregate"]._earned(
            self.plan_id, self.version_id, self.date_from, self.date_to
        )
        for (participant_id, _code, _window), amount in sums.items():
            result[participant_id] = result.get(participant_id, _ZERO) + round_money(
                amount, unit
            )
        return result

    def _collect(self):
        """Refuse measures that no run has credited yet: they would seem to earn 0."""
        for measure in self.version_id.component_ids.measure_id:
            if not self.env["crm.incentive.credit"].search_count(
                [("measure_id", "=", measure.id)], limit=1
            ):
                raise UserError(
                    self.env._(
                        "%(name)s: no run has credited this measure yet.",
                        name=measure.name,
                    )
                )

    def _earned(self):
        """{participant id: what the ledger holds for the days}."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT participant_id, SUM(amount) FROM crm_incentive_entry
                 WHERE plan_id = %s AND date BETWEEN %s AND %s
              GROUP BY participant_id
                """,
                self.plan_id.id,
                self.date_from,
                self.date_to,
            )
        )
        return dict(rows)


class CrmIncentiveReplayLine(models.TransientModel):
    """One person's earning by the ledger and by the replayed version."""

    _name = "crm.incentive.replay.line"
    _description = "Incentive Replay of a Participant"

    replay_id = fields.Many2one(
        comodel_name="crm.incentive.replay", required=True, ondelete="cascade"
    )
    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="replay_id.currency_id")
    earned = fields.Monetary()
    replayed = fields.Monetary(string="By This Version")
    difference = fields.Monetary(compute="_compute_difference")

    @api.depends("earned", "replayed")
    def _compute_difference(self):
        for line in self:
            line.difference = line.replayed - line.earned
