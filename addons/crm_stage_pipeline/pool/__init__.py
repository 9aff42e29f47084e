"""Rules of the pool without Odoo: allowed moves, quota windows, claim verdicts."""

from .quota import Allowance, daily_limit, quota_day, share_out
from .transition import Move, MoveTable

__all__ = ["Allowance", "Move", "MoveTable", "daily_limit", "quota_day", "share_out"]
