from calendar import monthrange
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmIncentivePeriod(models.Model):
    """A span for which statements are made.

    - Periods of a company do not overlap; both days belong to the period.
    - A closed period never changes: what comes late for it is stated as an adjustment
      in the first open one. Closing needs every statement posted and is final.
    """

    _name = "crm.incentive.period"
    _inherit = "crm.incentive.marked.mixin"
    _description = "Incentive Period"
    _order = "date_from desc, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    date_from = fields.Date(string="First Day", required=True)
    date_to = fields.Date(string="Last Day", required=True)
    state = fields.Selection(
        selection=[("open", "Open"), ("closed", "Closed")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
    )
    run_count = fields.Integer(
        string="Runs",
        readonly=True,
        copy=False,
        help="Counts the runs that touched the period; two at once exclude each other "
        "here.",
    )

    statement_ids = fields.One2many(
        comodel_name="crm.incentive.statement", inverse_name="period_id"
    )

    _order_of_days = models.Constraint(
        "CHECK (date_from <= date_to)", "A period ends on or after its first day."
    )
    # company as a range of one number: equality in GiST without an extension
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(company_id, company_id, '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&)",
        "Periods of a company must not overlap.",
    )

    def write(self, vals):
        """The days of a period with statements stay as they are."""
        if {"date_from", "date_to", "company_id"} & vals.keys():
            self._check_unused()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_unused()

    @api.model
    def action_create_year(self, year=None):
        """Make the missing months of ``year`` (default: today's) for the company."""
        self.browse().check_access("create")
        year = year or fields.Date.context_today(self).year
        company = self.env.company
        known = self.search(
            [
                ("company_id", "=", company.id),
                ("date_from", "<=", date(year, 12, 31)),
                ("date_to", ">=", date(year, 1, 1)),
            ]
        )
        values = []
        for month in range(1, 13):
            first = date(year, month, 1)
            last = date(year, month, monthrange(year, month)[1])
            if any(p.date_from <= last and p.date_to >= first for p in known):
                continue
            values.append(
                {
                    "name": f"{year}-{month:02}",
                    "company_id": company.id,
                    "date_from": first,
                    "date_to": last,
                }
            )
        self.create(values)
        return True

    def action_close(self):
        """Close for ever; refused while a statement is not posted."""
        self.check_access("write")
        open_statements = self.env["crm.incentive.statement"].search(
            [("period_id", "in", self.ids), ("state", "!=", "posted")], limit=1
        )
        if open_statements:
            raise UserError(
                self.env._(
                    "Statement %(name)s is not posted yet.",
                    name=open_statements.display_name,
                )
            )
        self.write({"state": "closed"})
        return True

    def _check_unused(self):
        statements = self.env["crm.incentive.statement"]
        if statements.search_count(
            [("period_id", "in", self.ids)], limit=1
        ) or self.env["crm.incentive.entry"]._is_named("origin_period_id", self):
            raise UserError(self.env._("The period has statements."))
