"""Envelopes and sheets of labels as PDF, to the millimetre. Pure: knows no Odoo."""

from .drawing import Sheet, Text, draw

__all__ = ["Sheet", "Text", "draw"]
