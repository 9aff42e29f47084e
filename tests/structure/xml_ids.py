"""The grammar of xml ids."""

import re
from pathlib import Path

from lxml import etree

from .reading import field_value, where, xml, xml_files

VIEW_KINDS = (
    "form|list|kanban|search|calendar|graph|pivot|activity|hierarchy|qweb|template"
)
FOLDERS = ("security", "data", "views", "wizard", "wizards", "report")


def _model(name: str) -> str:
    return re.escape(name.replace(".", "_"))


def _view_pattern(record: etree._Element) -> str:
    model = field_value(record, "model")
    if not model:
        return r"\w+"
    own = rf"{_model(model)}_view_({VIEW_KINDS})(_\w+)?"
    parent = field_value(record, "inherit_id").split(".")[-1]
    return rf"{own}|{re.escape(parent)}(_\w+)?" if parent else own


def _rule_pattern(record: etree._Element) -> str:
    model = field_value(record, "model_id").split(".")[-1].removeprefix("model_")
    return rf"{_model(model)}_rule_\w+"


def _action_pattern(record: etree._Element) -> str:
    model = field_value(record, "res_model")
    return rf"{_model(model)}_action(_\w+)?" if model else r"\w+_action(_\w+)?"


def _patterns(addon: Path) -> dict:
    module = re.escape(addon.name)
    return {
        "ir.ui.view": _view_pattern,
        "ir.rule": _rule_pattern,
        "ir.actions.act_window": _action_pattern,
        "ir.actions.client": lambda _record: r"\w+_action(_\w+)?",
        "ir.actions.server": lambda _record: r"\w+_action(_\w+)?",
        "ir.ui.menu": lambda _record: r"\w+_menu(_\w+)?",
        "menuitem": lambda _record: r"\w+_menu(_\w+)?",
        "res.groups": lambda _record: rf"{module}_group_\w+",
        "res.groups.privilege": lambda _record: rf"{module}_privilege(_\w+)?",
    }


def xml_ids_follow_the_grammar(addon: Path) -> list[str]:
    patterns = _patterns(addon)
    findings = []
    for path in xml_files(addon, *FOLDERS):
        for node in xml(path).iter("record", "menuitem"):
            kind = node.get("model") or node.tag
            name = node.get("id") or ""
            if "." in name or kind not in patterns:
                continue  # another addon's record is changed, or any name will do
            wanted = patterns[kind](node)
            if not re.fullmatch(wanted, name):
                place = where(addon, path, node.sourceline)
                findings.append(f"{place}: {kind} {name} is not {wanted}")
    return findings


def demo_records_are_named_so(addon: Path) -> list[str]:
    return [
        f"{where(addon, path, node.sourceline)}: {node.get('id')} does not end in _demo"
        for path in xml_files(addon, "demo")
        for node in xml(path).iter("record")
        if "." not in (node.get("id") or ".") and not node.get("id").endswith("_demo")
    ]


def replacing_views_say_why(addon: Path) -> list[str]:
    """position="replace" has a comment beside it, and the view a priority over 100."""
    findings = []
    for path in xml_files(addon, *FOLDERS):
        for node in xml(path).iter("xpath", "field", "button", "group", "page", "div"):
            if node.get("position") != "replace":
                continue
            record = next(node.iterancestors("record"), None)
            priority = field_value(record, "priority") if record is not None else ""
            before = node.getprevious()
            told = before is not None and before.tag is etree.Comment
            if not told or not priority.isdigit() or int(priority) <= 100:
                place = where(addon, path, node.sourceline)
                findings.append(
                    f"{place}: replaces without a comment or priority > 100"
                )
    return findings
