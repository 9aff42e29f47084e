"""The door between Asterisk and Odoo's database: it owns cursors. Reading order:
transactions, inbox (events come in), outbox (commands go out), gateway (all that a
connector asks for), doorkeeper (which connector serves a PBX)."""

from .doorkeeper import Doorkeeper
from .gateway import Account, Gateway
from .inbox import digest
from .outbox import Order

__all__ = ["Account", "Doorkeeper", "Gateway", "Order", "digest"]
