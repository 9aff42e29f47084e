from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class CrmIncentiveParticipantManager(models.Model):
    """Who stands above a participant, from one day to another.

    - One superior at a time; both days count; no end: until further notice.
    - On no day does anybody stand above himself; the path of the circle is named.
    - Superiors read the figures of those below them today, at any depth.
    """

    _name = "crm.incentive.participant.manager"
    _inherit = "crm.incentive.marked.mixin"
    _description = "Incentive Superior"
    _order = "participant_id, date_from desc, id"
    _check_company_auto = True

    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
        domain=[("kind", "!=", "house")],
    )
    company_id = fields.Many2one(
        related="participant_id.company_id", store=True, index=True
    )
    manager_id = fields.Many2one(
        comodel_name="crm.incentive.participant",
        string="Superior",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        domain=[("kind", "!=", "house")],
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="Until")

    _order_of_days = models.Constraint(
        "CHECK (date_to IS NULL OR date_from <= date_to)",
        "A superior's last day is not before the first.",
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(participant_id, participant_id, '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&)",
        "A participant has one superior at a time.",
    )

    @api.depends("participant_id.name", "manager_id.name")
    def _compute_display_name(self):
        for line in self:
            names = (line.participant_id.name or "", line.manager_id.name or "")
            line.display_name = " → ".join(names)

    @api.constrains("participant_id", "manager_id", "date_from", "date_to")
    def _check_cycle(self):
        for company in self.company_id:
            lines = self.search([("company_id", "=", company.id)])
            # a circle that exists on some day exists on the day its last line begins
            for day in sorted(set(lines.mapped("date_from"))):
                above = {
                    line.participant_id: line.manager_id
                    for line in lines
                    if line.date_from <= day
                    and (not line.date_to or line.date_to >= day)
                }
                self._check_tree(above, day)

    def _check_tree(self, above, day):
        """Refuse a circle among ``above``, participant -> superior on ``day``."""
        sound = set()
        for start in above:
            path = []
            person = start
            while person in above and person not in sound:
                if person in path:
                    circle = [*path[path.index(person) :], person]
                    raise ValidationError(
                        self.env._(
                            "On %(date)s people would stand above themselves: %(path)s",
                            date=fields.Date.to_string(day),
                            path=" → ".join(each.name for each in circle),
                        )
                    )
                path.append(person)
                person = above[person]
            sound.update(path)

    @api.model
    def _closure(self):
        """SQL: participant_id, manager_id, depth and the days of every superior."""
        return SQL(
            """
            WITH RECURSIVE tree AS (
                SELECT participant_id, manager_id, 1 AS depth,
                       daterange(date_from, date_to, '[]') AS days
                  FROM crm_incentive_participant_manager
             UNION ALL
                SELECT tree.participant_id, above.manager_id, tree.depth + 1,
                       tree.days * daterange(above.date_from, above.date_to, '[]')
                  FROM tree
                  JOIN crm_incentive_participant_manager above
                    ON above.participant_id = tree.manager_id
                   AND tree.days && daterange(above.date_from, above.date_to, '[]')
            )
            SELECT participant_id, manager_id, depth, days FROM tree
            """
        )


class CrmIncentiveParticipant(models.Model):
    """A participant with superiors."""

    _inherit = "crm.incentive.participant"

    manager_ids = fields.One2many(
        comodel_name="crm.incentive.participant.manager",
        inverse_name="participant_id",
        string="Superiors",
    )
    is_below_me = fields.Boolean(
        compute="_compute_is_below_me", search="_search_is_below_me"
    )

    @api.depends_context("uid")
    @api.depends("manager_ids.manager_id", "manager_ids.date_from")
    def _compute_is_below_me(self):
        below = self._ids_below_me()
        for participant in self:
            participant.is_below_me = participant.id in below

    def _search_is_below_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = list(self._ids_below_me())
        return [("id", "in" if True in value else "not in", found)]

    def _ids_below_me(self):
        """Who stands below the user today, at any depth."""
        lines = self.env["crm.incentive.participant.manager"]
        lines.flush_model()
        self.flush_model(["user_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT tree.participant_id FROM (%s) tree
                  JOIN crm_incentive_participant manager ON manager.id = tree.manager_id
                 WHERE manager.user_id = %s AND tree.days @> %s::date
                """,
                lines._closure(),
                self.env.uid,
                fields.Date.context_today(self),
            )
        )
        return {row[0] for row in rows}
