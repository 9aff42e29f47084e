"""All checks by name."""

from collections.abc import Callable
from pathlib import Path

from . import (
    code,
    deployment,
    layering,
    manifests,
    repository,
    security,
    tests_form,
    tours,
    translated,
    xml_ids,
)

Check = Callable[[Path], list[str]]


def _checks_of(*modules) -> dict[str, Check]:
    return {
        f"{module.__name__.split('.')[-1]}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if callable(value)
        and not name.startswith("_")
        and getattr(value, "__module__", "") == module.__name__
        and name != "files"
    }


# over a product addon; a test-only addon has no menus, translations or rights to check
ADDON_CHECKS = _checks_of(
    code, layering, manifests, security, tests_form, tours, translated, xml_ids
)
TEST_ADDON_CHECKS = _checks_of(code, manifests, tests_form)
REPOSITORY_CHECKS = _checks_of(repository, deployment)
