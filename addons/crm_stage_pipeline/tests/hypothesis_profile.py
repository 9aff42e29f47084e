"""How property tests run here: judged by what they find, never by their seconds.

The machine may be busy with other suites. Loaded before the tests, whose own settings
build on it.
"""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "telesales", deadline=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("telesales")
