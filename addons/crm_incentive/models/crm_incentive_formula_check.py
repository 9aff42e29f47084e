from odoo import api, models

from ..formula import FormulaError, Problem, parse
from ..formula.tokens import ALL_FUNCTIONS, REFERENCE_FUNCTIONS, TABLE_FUNCTIONS


class CrmIncentiveFormula(models.Model):
    """What a text may name, and what is wrong with it, in the reader's language."""

    _inherit = "crm.incentive.formula"

    @api.model
    def check_expression(self, expression, company_id=None):
        """For the editor: (message, position) of the first fault, or (False, False).

        ``position`` is the 0-based character, False when the fault has no place.
        """
        self.browse().check_access("read")
        company = self._own_company(company_id)
        _parsed, problem = self._read(expression or "", company)
        if not problem:
            return {"message": False, "position": False}
        place = problem.position
        return {
            "message": self._explain_problem(problem),
            "position": False if place is None else place,
        }

    @api.model
    def completions(self, company_id=None):
        """For the editor: what may be written, as {code, label, kind} by code."""
        self.browse().check_access("read")
        known = self._known_names(self._own_company(company_id))
        rows = [
            {"code": record.code, "label": record.name, "kind": kind}
            for kind in ("measures", "formulas", "tables")
            for record in known[kind]
            if record.active
        ]
        calls = dict.fromkeys(ALL_FUNCTIONS, "function")
        calls |= dict.fromkeys(TABLE_FUNCTIONS, "table_function")
        calls |= dict.fromkeys(REFERENCE_FUNCTIONS, "reference_function")
        rows += [
            {"code": f"{name}(", "label": self._explain_function(name), "kind": kind}
            for name, kind in calls.items()
        ]
        return sorted(rows, key=lambda row: row["code"])

    def _own_company(self, company_id):
        allowed = self.env.companies
        return allowed.filtered(lambda c: c.id == company_id) or self.env.company

    @api.model
    def _known_names(self, company):
        """Recordsets of ``company`` by kind, archived ones too."""
        domain = [("company_id", "=", company.id), ("code", "!=", False)]
        return {
            kind: self.env[model].with_context(active_test=False).search(domain)
            for kind, model in (
                ("measures", "crm.incentive.measure"),
                ("formulas", "crm.incentive.formula"),
                ("tables", "crm.incentive.rate.table"),
            )
        }

    @api.model
    def _read(self, expression, company):
        """(parsed formula, None), or (None, what is wrong with it)."""
        try:
            parsed = parse(expression)
        except FormulaError as error:
            return None, error.problem
        known = self._known_names(company)
        measures = set(known["measures"].mapped("code"))
        names = measures | set(known["formulas"].mapped("code"))
        missing = [
            *(("unknown_name", name) for name in parsed.names if name not in names),
            *(
                ("unknown_table", name)
                for name in parsed.tables
                if name not in set(known["tables"].mapped("code"))
            ),
            *(
                ("unknown_measure", f"{call}({name})")
                for call, name in parsed.references
                if name not in measures
            ),
        ]
        return (None, Problem(*missing[0])) if missing else (parsed, None)

    def _explain_function(self, name):
        return {
            "min": self.env._("the least of its values"),
            "max": self.env._("the greatest of its values"),
            "abs": self.env._("without sign"),
            "round": self.env._("rounded: value, places"),
            "floor": self.env._("rounded down to a whole number"),
            "ceil": self.env._("rounded up to a whole number"),
            "clamp": self.env._("kept between two bounds: value, least, most"),
            "tier": self.env._("the percentage a rate table gives: table, value"),
            "marginal": self.env._("what a rate table pays, slice by slice"),
            "grid": self.env._("the percentage of a grid: table, row, column"),
            "quota": self.env._("the target for a measure in this running total"),
            "attainment": self.env._("a measure's total divided by its target"),
            "prev": self.env._("a measure's total of the period before"),
            "ytd": self.env._("a measure's total since January 1st"),
        }[name]

    @api.model
    def _explain_problem(self, problem):
        """One finding as a sentence."""
        known = {**self._faults_of_text(problem), **self._faults_of_value(problem)}
        return known.get(problem.code, str(problem))

    def _faults_of_text(self, problem):
        detail = problem.detail
        return {
            "empty": self.env._("The formula is empty."),
            "too_long": self.env._("It is longer than %(n)s characters.", n=detail),
            "too_many_nodes": self.env._("It has more than %(n)s parts.", n=detail),
            "too_deep": self.env._("It is nested deeper than %(n)s.", n=detail),
            "bad_character": self.env._("%(text)s has no meaning here.", text=detail),
            "bad_operator": self.env._("%(text)s is no operator.", text=detail),
            "bad_number": self.env._("%(text)s has too many digits.", text=detail),
            "reserved_word": self.env._("%(text)s is a reserved word.", text=detail),
            "syntax": self.env._(
                "It cannot be read here: %(text)s", text=detail or "..."
            ),
            "not_allowed": self.env._("%(text)s is not allowed.", text=detail),
            "function_without_call": self.env._(
                "%(name)s is a function: write %(name)s(...).", name=detail
            ),
            "unknown_function": self.env._("%(name)s is no function.", name=detail),
            "wrong_arguments": self.env._(
                "%(name)s has the wrong number of values.", name=detail
            ),
            "name_expected": self.env._(
                "%(name)s needs the plain code of a measure or rate table.",
                name=detail,
            ),
            "unknown_measure": self.env._("%(name)s: no such measure.", name=detail),
            "cycle": self.env._("Formulas use each other: %(path)s", path=detail),
        }

    def _faults_of_value(self, problem):
        detail = problem.detail
        return {
            "unknown_name": self.env._(
                "%(name)s is no measure and no formula in force.", name=detail
            ),
            "unknown_table": self.env._("%(name)s is no rate table.", name=detail),
            "wrong_table": self.env._(
                "%(name)s: grids are read by grid(), other rate tables by tier() or "
                "marginal().",
                name=detail,
            ),
            "unknown_reference": self.env._("%(name)s is missing.", name=detail),
            "division_by_zero": self.env._("Division by zero."),
            "overflow": self.env._("The result is too large."),
            "not_a_number": self.env._("The result is no number."),
            "bad_places": self.env._("It cannot be rounded to %(n)s.", n=detail),
            "bad_bounds": self.env._("The bounds are crossed: %(text)s", text=detail),
        }
