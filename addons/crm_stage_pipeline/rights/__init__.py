"""Ranges of data rights without Odoo: whose customers and documents a role reaches."""

from .reach import Reach, widest

__all__ = ["Reach", "widest"]
