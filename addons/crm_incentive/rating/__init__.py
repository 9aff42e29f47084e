"""Rating of incentive credits: pure Python, Decimal only, knows no Odoo.

:mod:`.tier` rate tables; :mod:`.earning` running totals, statements and draws;
:mod:`.crediting` splits, payments, currencies, margin; :mod:`.rounding` cents.
"""

from . import crediting, earning, rounding
from .tier import RateTable, TableError, Tier

__all__ = ["RateTable", "TableError", "Tier", "crediting", "earning", "rounding"]
