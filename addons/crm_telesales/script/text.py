"""Placeholders in what the agent reads out.

Only names that the caller allows are placeholders; there are no expressions, no
attributes, no formats, so a text can never reach a field that it was not given. Every
value and the text itself are escaped: a customer called ``<script>`` stays a name.
"""

import re
from collections.abc import Mapping
from html import escape

PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


class ScriptTextError(ValueError):
    """A placeholder that is not on the list; ``name`` is what was written."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown placeholder {{{{{name}}}}}")
        self.name = name


def render(text: str, values: Mapping[str, str]) -> str:
    """The text as HTML; the keys of ``values`` are the allowed placeholders.

    >>> names = {"name": "<b>", "agent": "Li"}
    >>> render("Hello {{ name }}, <this> is\\n{{agent}}.", names)
    'Hello &lt;b&gt;, &lt;this&gt; is<br/>Li.'
    >>> render("{{ user.password }}", {"user": "x"})
    Traceback (most recent call last):
    ...
    odoo.addons.crm_telesales.script.text.ScriptTextError: unknown placeholder \
{{user.password}}
    """
    parts, position = [], 0
    for match in PLACEHOLDER.finditer(text):
        name = match.group(1).strip()
        if not NAME.match(name) or name not in values:
            raise ScriptTextError(name)
        parts += [_escape(text[position : match.start()]), _escape(values[name])]
        position = match.end()
    parts.append(_escape(text[position:]))
    return "".join(parts)


def _escape(text: str) -> str:
    return escape(text).replace("\n", "<br/>")
