"""Telephone numbers as people and spreadsheets write them. Pure: knows no Odoo."""

from .cleaning import digits
from .normalising import normalise, read_cell
from .number import Number, NumberError
from .searching import search_keys

__all__ = [
    "Number",
    "NumberError",
    "digits",
    "normalise",
    "read_cell",
    "search_keys",
]
