from dataclasses import dataclass

from odoo import api, fields, models
from odoo.fields import Domain

from ..pool.transition import STAGES
from ..pool.workday import local_day, work_periods
from .crm_query_item import STAGE_KEY

MANAGER_GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_manager"
VISIT_COLUMNS = ("overdue", "today", "tomorrow", "week", "month")
CONTACT_COLUMNS = ("day", "week", "month")
# The stages whose customers are first to be developed, visit planned or not.
NEW_STAGES = ("target", "reserve")


@dataclass(frozen=True)
class MainLineRow:
    """One line of the day's work: what may be due, whose it is, how it is listed.

    :param code: unique; of customers the code of their stage
    :param name: as on the screen, translated
    :param model: what is counted
    :param domain: what stands in the row
    :param open_domain: which of these are worked on: what is paused is never due
    :param visit_field: Datetime field, the next visit
    :param user_field: field with the person whose work it is
    :param records_field: One2many of the model to crm.contact.record; None where
        contacts are not counted
    :param action: xml id of the window action whose views a tile opens
    :param key: field and value that tell the row from its like: rows with the same
        field are counted together, since they differ in nothing else
    """

    code: str
    name: str
    model: str
    domain: Domain
    open_domain: Domain
    visit_field: str
    user_field: str
    records_field: str | None
    action: str
    key: tuple[str, str] | None = None

    @property
    def is_customer(self):
        return self.model == "crm.pool.customer"


class CrmMainLine(models.AbstractModel):
    """The day's page (销售主线): what to visit and what was contacted, by stage.

    - Days, weeks and months are those of the user's time zone (P40).
    - A tile's number and the list that it opens come from one domain.
    - Overdue visits count in today and are shown once more by themselves.
    - A deal customer with a running opportunity counts under opportunity too (C6).
    - Other addons add rows by extending `_rows` (C16).
    """

    _name = "crm.main.line"
    _description = "Main Line"

    @api.model
    def get_main_line(self, scope=None):
        """All tiles of a scope.

        :param scope: mine, shared, team or all; another one than the user may choose
            is taken as his widest
        :return: dict with day, zone, scope, scopes, columns and rows; a row has a
            number for each column that it knows
        """
        scopes = self._scopes()
        if scope not in scopes:
            scope = next(code for code in ("all", "team", "mine") if code in scopes)
        today = self._today()
        rows = [row for row in self._rows() if scope != "shared" or row.is_customer]
        return {
            "day": fields.Date.to_string(today),
            "zone": self._zone(),
            "company_zone": self._company_zone(),
            "scope": scope,
            "scopes": [{"code": code, "name": name} for code, name in scopes.items()],
            "columns": [
                {"code": code, "name": name, "is_contact": code.startswith("contacted")}
                for code, name in self._columns().items()
            ],
            "rows": [
                {"code": row.code, "name": row.name, "counts": counts}
                for row, counts in self._count(rows, scope, today)
            ],
        }

    @api.model
    def open_tile(self, row_code, column, scope, day):
        """The list behind a tile: exactly what it counted.

        :param day: the day that the tile was counted for (ISO)
        :return: a window action; False when that day is over for the user and the
            page has to be counted anew
        """
        today = self._today()
        if fields.Date.to_string(today) != day:
            return False
        row = next(row for row in self._rows() if row.code == row_code)
        action = self.env["ir.actions.act_window"]._for_xml_id(row.action)
        name = f"{row.name}: {self._columns()[column]}"
        return {
            **action,
            "name": name,
            "display_name": name,
            "domain": list(self._tile_domain(row, column, scope, today)),
            "context": {"crm_pool_one_stage": True, STAGE_KEY: row.code}
            if row.is_customer
            else {},
        }

    @api.model
    def _rows(self):
        """The rows in the order of value: what is worth most is worked first (P41)."""
        stages = self.env["crm.pool.stage"]._stages_for(STAGES, self.env.company)
        rows = {code: self._stage_row(code, stage) for code, stage in stages.items()}
        return [
            rows["deal"],
            self._order_row(),
            rows["opportunity"],
            self._lead_row(),
            rows["potential"],
            rows["target"],
            rows["reserve"],
        ]

    @api.model
    def _stage_row(self, code, stage):
        domain = Domain("stage_code", "=", code)
        if code == "opportunity":
            domain |= self._selling_deals()
        return MainLineRow(
            code=code,
            name=stage.name,
            model="crm.pool.customer",
            domain=domain,
            open_domain=Domain("track_mark", "=", "tracking"),
            visit_field="next_visit_date",
            user_field="owner_id",
            records_field="record_ids",
            action=f"crm_stage_pipeline.crm_pool_customer_action_{code}",
            key=("stage_code", code),
        )

    @api.model
    def _selling_deals(self):
        return Domain("stage_code", "=", "deal") & Domain(
            "has_running_opportunity", "=", True
        )

    @api.model
    def _order_row(self):
        return MainLineRow(
            code="order",
            name=self.env._("Order Follow-up"),
            model="sale.order",
            domain=Domain("state", "=", "sale") & Domain("follow_state", "!=", False),
            open_domain=Domain("follow_state", "=", "progress"),
            visit_field="follow_visit_date",
            user_field="follower_id",
            records_field="contact_record_ids",
            action="crm_stage_pipeline.sale_order_action_follow_all",
        )

    @api.model
    def _lead_row(self):
        return MainLineRow(
            code="lead",
            name=self.env._("Opportunities in Sale"),
            model="crm.lead",
            domain=Domain("type", "=", "opportunity"),
            open_domain=Domain("sales_mark", "=", "selling"),
            visit_field="next_visit_date",
            user_field="user_id",
            records_field="contact_record_ids",
            action="crm_stage_pipeline.crm_lead_action_selling",
        )

    @api.model
    def _columns(self):
        """Code → name of every column: visits, then contacts."""
        return {
            "overdue": self.env._("Overdue"),
            "today": self.env._("Today"),
            "tomorrow": self.env._("Tomorrow"),
            "week": self.env._("This Week"),
            "month": self.env._("This Month"),
            "new": self.env._("Not Yet Contacted"),
            "contacted_day": self.env._("Contacted Today"),
            "contacted_week": self.env._("Contacted This Week"),
            "contacted_month": self.env._("Contacted This Month"),
        }

    @api.model
    def _scopes(self):
        """Code → name of what the user may look at, his own first."""
        scopes = {"mine": self.env._("Mine"), "shared": self.env._("Shared")}
        if set(self._team_user_ids()) - {self.env.uid}:
            scopes["team"] = self.env._("My Team")
        if self.env.user.has_group(MANAGER_GROUP):
            scopes["all"] = self.env._("Everybody")
        return scopes

    @api.model
    def _team_user_ids(self):
        return self.env.user._crm_pool_led_user_ids(tuple(self.env.companies.ids))

    @api.model
    def _zone(self):
        return self.env.user.tz or self._company_zone()

    @api.model
    def _company_zone(self):
        return self.env["crm.pool.policy"]._policy_for(self.env.company).tz

    @api.model
    def _today(self):
        return local_day(fields.Datetime.now(), self._zone())

    @api.model
    def _periods(self, today):
        lang = self.env["res.lang"]._get_data(code=self.env.user.lang)
        return work_periods(today, self._zone(), int(lang.week_start or 1))

    @api.model
    def _tile_domain(self, row, column, scope, today):
        """What a tile counts and opens: a domain on the row's model."""
        periods = self._periods(today)
        if column.startswith("contacted_"):
            period = periods[column.removeprefix("contacted_")]
            if self._is_by_anybody(row, scope):
                return self._contact_rows(row, scope) & self._within(
                    "last_contact_at", period
                )
            records = self._record_domain(scope) & self._within("date", period)
            return self._contact_rows(row, scope) & Domain(
                row.records_field, "any", records
            )
        domain = self._visit_rows(row, scope)
        if column == "new":
            return domain & self._new_domain()
        return domain & self._within(row.visit_field, periods[column])

    @api.model
    def _visit_rows(self, row, scope):
        """What of a row may be due in a scope: people by ids, never a subquery."""
        domain = row.domain & row.open_domain
        if scope == "team":
            return domain & Domain(row.user_field, "in", list(self._team_user_ids()))
        if scope == "shared":
            return domain & Domain("access", "=", "shared")
        if scope == "mine" and row.is_customer:
            return domain & Domain("is_mine", "=", True)
        if scope == "mine":
            return domain & Domain(row.user_field, "=", self.env.uid)
        return domain

    @api.model
    def _contact_rows(self, row, scope):
        """What of a row may have been contacted: by whom it was counts, not whose."""
        if scope == "shared":
            return row.domain & Domain("access", "=", "shared")
        return row.domain

    @api.model
    def _is_by_anybody(self, row, scope):
        """Whether any contact counts: then the customer's last one tells without a
        look at the records, of which there are many more.
        """
        return row.is_customer and scope in ("shared", "all")

    @api.model
    def _record_domain(self, scope):
        """The contact records of a scope that count as contact."""
        domain = self.env["crm.contact.record"]._counted_domain()
        if scope == "mine":
            domain &= Domain("user_id", "=", self.env.uid)
        elif scope == "team":
            domain &= Domain("user_id", "in", list(self._team_user_ids()))
        return domain

    @api.model
    def _new_domain(self):
        return Domain("contact_mark", "=", "uncontacted") & Domain(
            "next_visit_date", "=", False
        )

    @api.model
    def _within(self, name, period):
        domain = Domain(name, "<", period.end)
        return domain & Domain(name, ">=", period.start) if period.start else domain
