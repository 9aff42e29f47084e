"""When may this person be called? Hours in the callee's own zones (T7).

Pure Python: no Odoo, no clock. Moments are naive UTC datetimes, as Odoo stores them.
"""

from .hours import CallingHours, CallingHoursError, Closure, Verdict, Window
from .zones import candidate_zones

__all__ = [
    "CallingHours",
    "CallingHoursError",
    "Closure",
    "Verdict",
    "Window",
    "candidate_zones",
]
