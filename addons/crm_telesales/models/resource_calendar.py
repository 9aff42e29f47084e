from datetime import timedelta

import pytz

from odoo import fields, models

from ..calling_hours import CallingHours, Closure, Window


class ResourceCalendar(models.Model):
    """A working calendar read as calling hours (T7).

    - Its working hours are wall-clock time of the callee, whatever the calendar's
      own zone says; breaks are no working hours.
    - Its time off of nobody in particular, and the company's public holidays, are
      closed; they are read in the calendar's zone and apply at the callee's clock.
    - A calendar of alternating weeks is open when either week is.
    """

    _inherit = "resource.calendar"

    def _calling_hours(self):
        """The calendar as pure calling hours."""
        self.ensure_one()
        windows = {
            Window(
                int(line.dayofweek),
                round(line.hour_from * 60),
                min(round(line.hour_to * 60), 24 * 60),
            )
            for line in self.attendance_ids
            if not line.display_type
            and line.day_period != "lunch"
            and round(line.hour_from * 60) < min(round(line.hour_to * 60), 24 * 60)
        }
        return CallingHours(tuple(sorted(windows)), self._calling_closures())

    def _calling_closures(self):
        """Public holidays of the calendar and its company, from yesterday on."""
        leaves = self.env["resource.calendar.leaves"].search(
            [
                ("resource_id", "=", False),
                ("calendar_id", "in", [self.id, False]),
                ("company_id", "in", [self.company_id.id, False]),
                ("date_to", ">=", fields.Datetime.now() - timedelta(days=2)),
            ]
        )
        zone = pytz.timezone(self.tz or "UTC")
        return tuple(
            Closure(_wall(leave.date_from, zone), _wall(leave.date_to, zone))
            for leave in leaves
            if leave.date_from < leave.date_to
        )


def _wall(moment, zone):
    """Naive UTC as naive wall-clock time of a zone."""
    return pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)
