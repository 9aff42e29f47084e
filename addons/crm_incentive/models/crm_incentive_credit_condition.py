import ast

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..formula import FormulaError, Problem, parse

# what a condition may name: of the whole deal, so that a credit note goes as it did
_NAMES = ("deal", "lines")
_FUNCTIONS = {"min": "LEAST", "max": "GREATEST", "abs": "ABS"}
_OPERATORS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "=",
    ast.NotEq: "<>",
    ast.And: "AND",
    ast.Or: "OR",
}


class CrmIncentiveCreditRule(models.Model):
    """An overlay may be for some deals only, chosen by a formula.

    - ``deal`` is the amount of the deal's own document that the measure counts, in the
      company's currency at the last rate on or before its date; ``lines`` how many.
    - The grammar is that of formulas, in SQL: + - * comparisons and or not if else min
      max abs. Without division no line of a run can fail.
    """

    _inherit = "crm.incentive.credit.rule"

    condition = fields.Char(
        string="Only Deals",
        help="An overlay for deals that fit, as a formula of deal (amount in the "
        "company's currency) and lines, for instance deal >= 10000 and lines > 1.",
    )

    @api.constrains("condition", "kind")
    def _check_condition(self):
        for rule in self.filtered("condition"):
            if rule.kind == "direct":
                raise ValidationError(
                    self.env._(
                        "Direct shares are of every deal: make the share an overlay."
                    )
                )
            rule._condition_sql()

    def _condition_sql(self):
        """SQL of the condition, over the row ``source``; raises ValidationError."""
        try:
            formula = parse(self.condition)
            return _Condition(formula).truth(formula.tree)
        except FormulaError as error:
            explained = self.env["crm.incentive.formula"]._explain_problem(
                error.problem
            )
            raise ValidationError(
                self.env._(
                    "Condition %(text)s: %(why)s", text=self.condition, why=explained
                )
            ) from error


class CrmIncentiveCredit(models.Model):
    """Rules with a condition leave out the deals that do not fit."""

    _inherit = "crm.incentive.credit"

    def _deals(self, measure, rows):
        """Source rows, with what conditions name where a rule has one."""
        if not any(measure.rule_ids.mapped("condition")):
            return super()._deals(measure, rows)
        company = measure.company_id
        self.env["res.currency.rate"].flush_model()
        return SQL(
            """
            SELECT line.*, SUM(line.amount * %(price)s) FILTER (WHERE %(own)s) OVER deal
                       AS deal,
                   COUNT(*) FILTER (WHERE %(own)s) OVER deal AS lines
              FROM (%(rows)s) line
            WINDOW deal AS (PARTITION BY line.transaction_key)
            """,
            price=self.env["crm.incentive.ledger"]._price(
                (SQL("line.currency_id"), SQL("%s::integer", company.currency_id.id)),
                SQL("line.date"),
                (SQL("%s", company.root_id.id), SQL("%s", company.currency_id.id)),
            ),
            own=SQL(
                "line.document_model || ',' || line.document_id = line.transaction_key"
            ),
            rows=rows,
        )

    def _fits(self, measure):
        conditions = [
            SQL(
                "(rule.id <> %s OR COALESCE(%s, FALSE))", rule.id, rule._condition_sql()
            )
            for rule in measure.rule_ids.filtered("condition")
        ]
        return SQL(" AND ").join([super()._fits(measure), *conditions])


class _Condition:
    """Writes a checked tree as SQL: as a number, or as a truth (0 is false)."""

    def __init__(self, formula):
        self.numbers = formula.numbers

    def truth(self, node):
        match node:
            case ast.Compare():
                values = [self.number(n) for n in (node.left, *node.comparators)]
                pairs = zip(values, node.ops, values[1:], strict=False)
                tests = [SQL("(%s %s %s)", a, self._sign(op), b) for a, op, b in pairs]
                return SQL("(%s)", SQL(" AND ").join(tests))
            case ast.BoolOp():
                sign = SQL(" %s ", self._sign(node.op))
                return SQL("(%s)", sign.join(self.truth(n) for n in node.values))
            case ast.UnaryOp(op=ast.Not()):
                return SQL("(NOT %s)", self.truth(node.operand))
        return SQL("(%s <> 0)", self.number(node))

    def number(self, node):
        match node:
            case ast.Constant():
                return SQL("%s::numeric", self.numbers[id(node)])
            case ast.Name(id=name) if name in _NAMES:
                return SQL("source.%s", SQL.identifier(name))
            case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                sign = -1 if isinstance(node.op, ast.USub) else 1
                return SQL("(%s * %s)", sign, self.number(node.operand))
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult()):
                left, right = self.number(node.left), self.number(node.right)
                return SQL("(%s %s %s)", left, self._sign(node.op), right)
            case ast.IfExp():
                return SQL(
                    "(CASE WHEN %s THEN %s ELSE %s END)",
                    *(self.truth(node.test), self.number(node.body)),
                    self.number(node.orelse),
                )
            case ast.Call(func=ast.Name(id=name)) if name in _FUNCTIONS:
                values = SQL(", ").join(self.number(each) for each in node.args)
                # a word of the table above, never of the text
                return SQL("%s(%s)", SQL(_FUNCTIONS[name]), values)
            case ast.Compare() | ast.UnaryOp(op=ast.Not()):
                return SQL("(CASE WHEN %s THEN 1 ELSE 0 END)", self.truth(node))
            case ast.BoolOp():
                return self._last_asked(node)
        raise FormulaError(Problem("not_allowed", ast.unparse(node)))

    def _last_asked(self, node):
        """Of ``and``, ``or``: the value that decided, as formulas have it."""
        result = self.number(node.values[-1])
        for part in reversed(node.values[:-1]):
            decided = self.truth(part)
            if isinstance(node.op, ast.And):
                decided = SQL("NOT %s", decided)
            result = SQL(
                "(CASE WHEN %s THEN %s ELSE %s END)",
                *(decided, self.number(part), result),
            )
        return result

    def _sign(self, operator):
        # a word of the table above, never of the text
        return SQL(_OPERATORS[type(operator)])
