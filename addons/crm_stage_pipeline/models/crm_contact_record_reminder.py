from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

CHANGED = "crm_contact_record.reminder"
# How far ahead a browser is told; it asks again sooner.
HORIZON = timedelta(hours=24)


class CrmContactRecord(models.Model):
    """A reminder pops up at its time in the web client (P46, T20).

    The browser keeps the time; the database decides which tab shows it: the one that
    takes it. So it appears once, with many tabs and after a restart, and late when
    nobody was there.
    """

    _inherit = "crm.contact.record"

    reminder = fields.Selection(
        selection=[
            ("0", "At its time"),
            ("5", "5 minutes before"),
            ("15", "15 minutes before"),
            ("60", "1 hour before"),
            ("1440", "1 day before"),
        ],
        string="Remind Me",
        copy=False,
    )
    remind_at = fields.Datetime(
        compute="_compute_remind_at", store=True, readonly=False, copy=False
    )
    reminded_at = fields.Datetime(readonly=True, copy=False)

    _remind_idx = models.Index(
        "(user_id, remind_at) WHERE remind_at IS NOT NULL AND reminded_at IS NULL"
    )

    @api.depends("next_visit_date", "step_at", "reminder")
    def _compute_remind_at(self):
        for record in self:
            times = [time for time in (record.next_visit_date, record.step_at) if time]
            record.remind_at = (
                min(times) - timedelta(minutes=int(record.reminder))
                if record.reminder and times
                else False
            )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records.filtered("remind_at")._tell_browsers()
        return records

    def write(self, vals):
        changed = {"next_visit_date", "step_at", "reminder"} & vals.keys()
        if changed:
            vals = {**vals, "reminded_at": False}
        result = super().write(vals)
        if changed:
            self._tell_browsers()
        return result

    def action_snooze(self, minutes=10):
        """Remind again in some minutes."""
        self.write(
            {
                "remind_at": fields.Datetime.now() + timedelta(minutes=minutes),
                "reminded_at": False,
            }
        )
        self._tell_browsers()

    @api.model
    def get_reminders(self):
        """The user's reminders of the next hours, for the browser's clock.

        :return: list of {"id", "seconds"}: how long until each, 0 when it is late
        """
        now = fields.Datetime.now()
        records = self.search_fetch(
            [*self._waiting_domain(), ("remind_at", "<", now + HORIZON)],
            ["remind_at"],
            order="remind_at, id",
        )
        return [
            {
                "id": record.id,
                "seconds": max((record.remind_at - now).total_seconds(), 0),
            }
            for record in records
        ]

    @api.model
    def take_reminders(self, record_ids):
        """Show these reminders here: no other tab will.

        What has become needless meanwhile is taken without a word: another visit was
        planned, the step is done, the customer is no longer the user's to work.

        :return: list of {"id", "customer_id", "title", "message"}
        """
        now = fields.Datetime.now()
        due = self.search(
            [
                *self._waiting_domain(),
                ("id", "in", record_ids),
                # the browser's timer may be a little early
                ("remind_at", "<=", now + timedelta(seconds=5)),
            ]
        )
        if not due:
            return []
        self.env.cr.execute(
            SQL(
                "UPDATE crm_contact_record SET reminded_at = %s"
                " WHERE id IN %s AND reminded_at IS NULL RETURNING id",
                now,
                tuple(due.ids),
            )
        )
        taken = self.browse(row[0] for row in self.env.cr.fetchall())
        taken.invalidate_recordset(["reminded_at"])
        return [r._reminder() for r in taken if r._is_reminder_needed()]

    @api.model
    def _waiting_domain(self):
        return [
            ("user_id", "=", self.env.uid),
            ("remind_at", "!=", False),
            ("reminded_at", "=", False),
        ]

    def _is_reminder_needed(self):
        self.ensure_one()
        if self.step_kind and not self.is_step_done:
            return True
        return (
            bool(self.next_visit_date)
            and self.customer_id.next_visit_date == self.next_visit_date
        )

    def _reminder(self):
        self.ensure_one()
        customer = self.customer_id
        moment = self.step_at if self.step_kind else self.next_visit_date
        when = customer._local_time(moment)
        if self.step_kind:
            labels = dict(self._fields["step_kind"]._description_selection(self.env))
            what = labels[self.step_kind]
        else:
            what = self.env._("Visit")
        return {
            "id": self.id,
            "customer_id": customer.id,
            "title": customer.name,
            "message": self.env._(
                "%(what)s, %(when)s: %(note)s", what=what, when=when, note=self.note
            )
            if self.note
            else self.env._("%(what)s, %(when)s", what=what, when=when),
        }

    def _tell_browsers(self):
        """The tabs of the people concerned ask for their reminders anew."""
        for user in self.user_id:
            user._bus_send(CHANGED, {})
