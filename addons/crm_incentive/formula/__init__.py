"""Formulas of incentive plans: pure Python, Decimal only, a closed grammar.

Numbers, names, + - * /, comparisons, and or not, ``a if c else b`` and the functions of
:mod:`.tokens`; nothing else can run. Knows no Odoo.
"""

from .errors import FormulaError, Problem
from .evaluator import Scope, evaluate, order
from .parser import parse

__all__ = ["FormulaError", "Problem", "Scope", "evaluate", "order", "parse"]
