"""Names as keys: what makes two spellings the same customer. Pure: knows no Odoo."""

from .initials import pinyin_initials
from .naming import name_key

__all__ = ["name_key", "pinyin_initials"]
