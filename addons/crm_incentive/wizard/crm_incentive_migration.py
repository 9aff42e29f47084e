from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, sql

# what OCA's commission_oca and account_commission_oca leave in the database
_TABLES = ("commission", "commission_section", "commission_settlement")
_AGENT = "account_invoice_line_agent"


class CrmIncentiveMigration(models.TransientModel):
    """Takes plans, agents and what is still owed over from OCA's commission addons.

    - Reads their tables, whether the addons are still installed or not, and changes
      nothing in them.
    - Each commission becomes a measure, a rate table and a draft version of a plan from
      the chosen day, for the planner to look at and approve. Customers' agents become a
      sales relation, whose overlay pays them.
    - Settlements that were not invoiced, and commission that was not settled before the
      day, become adjustments, which a second person approves.
    - What was taken over once is not taken over again.
    """

    _name = "crm.incentive.migration"
    _description = "Incentive Migration"

    @api.model
    def _default_date_from(self):
        day = fields.Date.start_of(fields.Date.context_today(self), "month")
        if self._missing_table():
            return day
        [(last,)] = self.env.execute_query(
            SQL(
                "SELECT MAX(date_to) FROM commission_settlement"
                " WHERE company_id = %s AND state <> 'cancel'",
                self.env.company.id,
            )
        )
        return max(day, fields.Date.add(last, days=1)) if last else day

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
        readonly=True,
    )
    date_from = fields.Date(
        string="In Force From",
        required=True,
        default=lambda self: self._default_date_from(),
        help="Invoices from this day on are paid by the new plans; what is before and "
        "still owed becomes an adjustment.",
    )
    line_ids = fields.One2many(
        comodel_name="crm.incentive.migration.line",
        inverse_name="migration_id",
        readonly=True,
    )
    is_done = fields.Boolean(string="Taken Over", readonly=True)

    def action_preview(self):
        """List what would be taken over, and how."""
        self._check_tables()
        self.line_ids = [Command.clear(), *self._preview()]
        return self._show()

    def action_migrate(self):
        """Make the records; drafts and requests, nothing is in force by this alone."""
        self._check_tables()
        self.line_ids = [Command.clear(), *self._preview()]
        people = self._make_participants()
        roles = self._make_roles(people)
        for commission in self._commissions():
            if not commission["problem"] and not commission["known"]:
                self._make_plan(commission, people, roles)
        self._make_adjustments(people)
        self.is_done = True
        return self._show()

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _missing_table(self):
        """The first of OCA's tables and columns that is not there."""
        cr = self.env.cr
        for table in _TABLES:
            if not sql.table_exists(cr, table):
                return table
        return None if sql.column_exists(cr, "res_partner", "agent") else "agent"

    def _check_tables(self):
        if missing := self._missing_table():
            raise UserError(
                self.env._(
                    "This database has nothing of OCA's commissions: %(name)s is "
                    "missing. There is nothing to take over.",
                    name=missing,
                )
            )

    def _rows(self, query):
        """The rows of ``query`` as dicts."""
        self.env.flush_all()
        self.env.cr.execute(query)
        return self.env.cr.dictfetchall()

    def _commissions(self):
        """OCA's commissions with their tiers, or the reason that keeps them out."""
        paid = SQL("NULL")
        if sql.column_exists(self.env.cr, "commission", "invoice_state"):
            paid = SQL.identifier("invoice_state")
        found = self._rows(
            SQL(
                """
                SELECT id, name, commission_type, fix_qty, amount_base_type,
                       %s AS invoice_state
                  FROM commission WHERE active ORDER BY id
                """,
                paid,
            )
        )
        measures = self.env["crm.incentive.measure"]
        known = set(
            measures.search([("company_id", "=", self.company_id.id)]).mapped("code")
        )
        sources = {source._source_code for _name, source in measures._sources()}
        for each in found:
            each["code"] = f"oca_{each['id']}"
            each["known"] = each["code"] in known
            each["source"] = "payment" if each["invoice_state"] == "paid" else "invoice"
            each["tiers"], each["problem"] = self._tiers(each)
            if each["amount_base_type"] == "net_amount":
                each["source"] = "margin"
                if "margin" not in sources:
                    each["problem"] = self.env._(
                        "pays on margins: install Incentives on Margins first"
                    )
        return found

    def _tiers(self, commission):
        """(lower bound, percentage) of a commission, and what is wrong with it.

        OCA's sections are closed intervals of one line; what lies in none pays nothing.
        """
        if commission["commission_type"] == "fixed":
            return [(0, commission["fix_qty"] or 0)], False
        sections = self._rows(
            SQL(
                """
                SELECT amount_from, amount_to, percent FROM commission_section
                 WHERE commission_id = %s ORDER BY amount_from, id
                """,
                commission["id"],
            )
        )
        tiers, end = [], 0
        for section in sections:
            lower = section["amount_from"] or 0
            if tiers and lower < end:
                return [], self.env._(
                    "its sections overlap: put them right in OCA first"
                )
            if not tiers and lower > 0:
                tiers.append((0, 0))
            elif tiers and lower - end > 1:
                # nobody writes 0-999 and 1000-1999 to pay nothing between them
                tiers.append((end + 0.01, 0))
            tiers.append((lower, section["percent"]))
            end = section["amount_to"] or 0
        if not tiers:
            return [], self.env._("it has no sections")
        return [*tiers, (end + 0.01, 0)], False

    def _agents(self):
        """{partner id: its commission's id} of OCA's agents."""
        rows = self._rows(
            SQL("SELECT id, commission_id FROM res_partner WHERE agent ORDER BY id")
        )
        return {row["id"]: row["commission_id"] for row in rows}

    def _customers(self):
        """[(customer's partner id, agent's partner id, which of his agents)]."""
        if not sql.table_exists(self.env.cr, "partner_agent_rel"):
            return []
        rows = self._rows(
            SQL(
                """
                SELECT customer.commercial_partner_id AS customer_id, link.agent_id,
                       ROW_NUMBER() OVER (PARTITION BY customer.commercial_partner_id
                                          ORDER BY link.agent_id) - 1 AS number
                  FROM (SELECT DISTINCT partner.commercial_partner_id, rel.agent_id
                          FROM partner_agent_rel rel
                          JOIN res_partner partner ON partner.id = rel.partner_id) link
                  JOIN res_partner customer ON customer.id = link.commercial_partner_id
                  JOIN res_partner agent ON agent.id = link.agent_id AND agent.agent
                """
            )
        )
        return [(row["customer_id"], row["agent_id"], row["number"]) for row in rows]

    def _owed(self):
        """What OCA counted before the day and nobody was paid for."""
        owed = self._rows(
            SQL(
                """
                SELECT 'commission.settlement,' || settlement.id AS origin,
                       settlement.agent_id, settlement.currency_id,
                       settlement.date_from, settlement.date_to,
                       SUM(line.settled_amount) AS amount
                  FROM commission_settlement settlement
                  JOIN commission_settlement_line line
                    ON line.settlement_id = settlement.id
                 WHERE settlement.company_id = %s AND settlement.state = 'settled'
              GROUP BY settlement.id
                HAVING SUM(line.settled_amount) <> 0
              ORDER BY settlement.id
                """,
                self.company_id.id,
            )
        )
        if sql.table_exists(self.env.cr, _AGENT):
            owed += self._rows(self._unsettled())
        return owed

    def _unsettled(self):
        return SQL(
            """
            SELECT 'account.invoice.line.agent,' || line.agent_id || ','
                   || move.currency_id || ',' || %(day)s::date AS origin,
                   line.agent_id, move.currency_id, MIN(move.invoice_date) AS date_from,
                   MAX(move.invoice_date) AS date_to, SUM(line.amount) AS amount
              FROM account_invoice_line_agent line
              JOIN account_move move ON move.id = line.invoice_id
             WHERE move.company_id = %(company)s AND move.state = 'posted'
               AND line.settled IS NOT TRUE AND move.invoice_date < %(day)s
          GROUP BY line.agent_id, move.currency_id
            HAVING SUM(line.amount) <> 0
          ORDER BY line.agent_id, move.currency_id
            """,
            company=self.company_id.id,
            day=self.date_from,
        )

    def _preview(self):
        known = self._known_origins()
        agents = self._agents()
        lines = [
            (commission["name"], *self._fate(commission), "plan")
            for commission in self._commissions()
        ]
        names = {p.id: p.display_name for p in self._partners(agents)}
        for partner_id in agents:
            person = self._participant(partner_id)
            lines.append(
                (
                    names[partner_id],
                    self.env._("is a participant already")
                    if person
                    else self.env._("becomes a participant"),
                    not person,
                    "participant",
                )
            )
        for owed in self._owed():
            is_new = owed["origin"] not in known
            lines.append(
                (
                    names.get(owed["agent_id"], "?"),
                    self._owed_text(owed)
                    if is_new
                    else self.env._("was taken over already"),
                    is_new,
                    "adjustment",
                )
            )
        return [
            Command.create(
                {"name": name, "detail": detail, "is_taken": is_taken, "kind": kind}
            )
            for name, detail, is_taken, kind in lines
        ]

    def _fate(self, commission):
        """What becomes of a commission: a sentence, and whether it is taken over."""
        if commission["known"]:
            return self.env._("was taken over already"), False
        if commission["problem"]:
            return commission["problem"], False
        return self.env._("becomes a draft plan"), True

    def _owed_text(self, owed):
        currency = self.env["res.currency"].browse(owed["currency_id"])
        return self.env._(
            "%(amount)s from %(first)s to %(last)s becomes an adjustment",
            amount=currency.format(float(owed["amount"])),
            first=fields.Date.to_string(owed["date_from"]),
            last=fields.Date.to_string(owed["date_to"]),
        )
