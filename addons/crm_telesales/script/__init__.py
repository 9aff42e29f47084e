"""A call script: what to say, what may be answered, where that leads (T8).

Pure Python: no Odoo. The models read their records into these classes.
"""

from .graph import Answer, Node, Problem, Script
from .text import ScriptTextError, render

__all__ = ["Answer", "Node", "Problem", "Script", "ScriptTextError", "render"]
