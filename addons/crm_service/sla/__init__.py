"""Promised times on working time: pure Python, no Odoo.

Reading order: working_time (intervals that are handed in), clock (segments that
are handed in → consumed time, deadline). Nothing here reads a clock of its own:
"now" is always an argument.
"""

from .clock import ClockState, Reading, Segment, read_clock
from .working_time import HorizonError, WorkingTime

__all__ = [
    "ClockState",
    "HorizonError",
    "Reading",
    "Segment",
    "WorkingTime",
    "read_clock",
]
