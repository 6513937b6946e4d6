"""The books in one SQLite file. Only this room knows SQL.

Doors take `reading`, `writing` and `scratch`, which give a Session, and LedgerFault. `proof.prove` is imported by name,
by the one verb that needs it.
"""

from .faults import FAULTS, UNITS_MOST, BrokenBooks, LedgerFault
from .opening import reading, scratch, writing
from .session import Session

__all__ = ["FAULTS", "UNITS_MOST", "BrokenBooks", "LedgerFault", "Session", "reading", "scratch", "writing"]
