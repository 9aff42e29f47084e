"""Customer files: reading what people send, writing what was refused. Pure."""

from .headers import FIELDS, field_for
from .reading import Formula, SpreadsheetError, read
from .writing import write_rejects

__all__ = [
    "FIELDS",
    "Formula",
    "SpreadsheetError",
    "field_for",
    "read",
    "write_rejects",
]
