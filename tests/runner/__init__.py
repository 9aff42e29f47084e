"""Runs every test suite of the project and adds up what they say.

Reading order: __main__ (command line), suites (what there is), jobs (what one unit of
work is), lanes (two at once), timings (what balances them), then one module per kind of
job: lint, unit, odoo_tests, installs, core_tests. odoo_log judges an Odoo log, report
prints the end.
"""
