"""What a customer is worth and what it will buy, told in parts. Pure: knows no Odoo."""

from .expecting import History, expect, period_of
from .rating import Part, grade, rate

__all__ = ["History", "Part", "expect", "grade", "period_of", "rate"]
