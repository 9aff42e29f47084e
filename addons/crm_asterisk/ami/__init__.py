"""Asterisk's manager interface without Odoo. Reading order: messages (bytes to events),
session (one connection, over pyst2), backoff (when to connect again), facts (what
events say, in any order), reading (legs, customer, state), meetings (who talked),
outcome (the result), call (all that the facts mean), records (what happened while
nobody listened)."""

from .backoff import Backoff
from .call import derive
from .facts import Facts, call_key
from .messages import dialable, endpoint_name

__all__ = ["Backoff", "Facts", "call_key", "derive", "dialable", "endpoint_name"]
