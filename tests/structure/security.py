"""Access rights and company rules."""

import csv
import re
from pathlib import Path

from .reading import (
    attribute,
    field_value,
    kind,
    model_classes,
    own_name,
    where,
    xml,
    xml_files,
)


def _access_lines(addon: Path) -> set[str]:
    """Models with a line, as `model_x_y`."""
    path = addon / "security" / "ir.model.access.csv"
    if not path.is_file():
        return set()
    with open(path, newline="") as file:
        return {
            (row.get("model_id:id") or row.get("model_id/id") or "").split(".")[-1]
            for row in csv.DictReader(file)
        }


def every_model_has_access_rights(addon: Path) -> list[str]:
    lines = _access_lines(addon)
    return [
        f"{where(addon, path, node.lineno)}: {name} has no line in ir.model.access.csv"
        for path, node in model_classes(addon)
        if (name := own_name(node)) and kind(node) != "AbstractModel"
        if f"model_{name.replace('.', '_')}" not in lines
    ]


def access_rights_name_a_group(addon: Path) -> list[str]:
    path = addon / "security" / "ir.model.access.csv"
    if not path.is_file():
        return []
    with open(path, newline="") as file:
        return [
            f"{where(addon, path)}: {row.get('id')} is for everybody, even the public"
            for row in csv.DictReader(file)
            if not (row.get("group_id:id") or row.get("group_id/id"))
        ]


def _company_rules(addon: Path) -> set[str]:
    """Models with a global rule over companies, as `model_x_y`."""
    return {
        field_value(record, "model_id").split(".")[-1]
        for path in xml_files(addon, "security", "data")
        for record in xml(path).iter("record")
        if record.get("model") == "ir.rule"
        and "company_id" in field_value(record, "domain_force")
        and not field_value(record, "groups")
    }


def every_company_model_has_its_rule(addon: Path) -> list[str]:
    """Wizards' rows are their maker's alone and need none."""
    ruled = _company_rules(addon)
    return [
        f"{where(addon, path, node.lineno)}: {name} has company_id and no company rule"
        for path, node in model_classes(addon)
        if (name := own_name(node)) and kind(node) == "Model"
        if attribute(node, "company_id") is not None
        and f"model_{name.replace('.', '_')}" not in ruled
    ]


def secrets_are_for_the_system(addon: Path) -> list[str]:
    """A password or token field names the groups that may read it."""
    secret = re.compile(r"(password|secret|token|api_key)$")
    findings = []
    for path, node in model_classes(addon):
        for statement in node.body:
            source = path.read_text().splitlines()
            targets = getattr(statement, "targets", [])
            name = getattr(targets[0], "id", "") if targets else ""
            text = "\n".join(source[statement.lineno - 1 : statement.end_lineno])
            if secret.search(name) and "fields." in text and "groups=" not in text:
                place = where(addon, path, statement.lineno)
                findings.append(f"{place}: {name} can be read by everybody")
    return findings
