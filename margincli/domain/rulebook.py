"""The rule book in force: numbers looked up by name, each with its basis, from a dated document.

The document is plain data (see margincli/rules/): leaves are ``[value, basis, rule id, note]``, tables are
``{"basis": ..., "rows": {...}}``. Nothing here knows where it was read from.
"""

from decimal import Decimal
from functools import cached_property
from typing import Any, Callable, NamedTuple

from .money import PLACES, ZERO


class Pair(NamedTuple):
    """A pair open to margin and its filters (ORD-8, ORD-9, ORD-13); zero means the filter is off."""

    symbol: str
    base: str
    quote: str
    tick: Decimal
    step: Decimal
    min_notional: Decimal
    min_price: Decimal
    max_price: Decimal
    min_qty: Decimal
    max_qty: Decimal
    market_max_qty: Decimal


class Rulebook:
    """Typed access to one profile. Raises KeyError for a name the document lacks: a broken rule file."""

    def __init__(self, document: dict[str, Any]):
        self.document = document
        self._made: dict[Any, Any] = {}

    @property
    def profile(self) -> str:
        return self.document["profile"]

    def flaw(self) -> str:
        """What a decision would stumble over in a document that is well formed; '' when there is nothing."""
        ladders, families = self.document["collateral"]["ladders"], self.document["isolated"]["bands"]
        ranks = {*self.rows("collateral.ranks").values(), self.leaf("collateral.default_rank")} - ladders.keys()
        missing = {*self.rows("isolated.families").values(), self.leaf("isolated.default_family")} - families.keys()
        if ranks or missing:
            return f"collateral rank {min(ranks)} has no ladder" if ranks else f"leverage family {min(missing)} has no bands"
        for path in (*(f"cross.bands.{name}" for name in self.document["cross"]["bands"]), *(f"isolated.bands.{name}" for name in families)):
            if not ZERO < self.number(f"{path}.liquidation_at") < self.number(f"{path}.margin_call_at"):
                return f"{path}: liquidation_at must lie above 0 and under margin_call_at"
        return ""

    def leaf(self, path: str) -> Any:
        node = self.document
        for part in path.split("."):
            node = node[part]
        return node[0]

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What follows from the rules alone, made at its first use."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def number(self, path: str) -> Decimal:
        return self.once(path, lambda: Decimal(self.leaf(path)))

    def numbers(self, path: str) -> tuple[Decimal, ...]:
        return self.once(path, lambda: tuple(Decimal(item) for item in self.leaf(path)))

    def rows(self, path: str) -> dict[str, Any]:
        node = self.document
        for part in path.split("."):
            node = node[part]
        return node["rows"]

    def pair(self, symbol: str) -> Pair | None:
        row = self.rows("pairs").get(symbol)
        return None if row is None else self.once(("pair", symbol), lambda: self._pair(symbol, *row))

    def _pair(self, symbol: str, base: str, quote: str, *filters: str) -> Pair:
        return Pair(symbol, base, quote, *(Decimal(f) if f else ZERO for f in filters))

    @cached_property
    def assets(self) -> frozenset[str]:
        """Every coin the rule book knows."""
        listed = {asset for row in self.rows("pairs").values() for asset in row[:2]}
        return frozenset(listed | self._rates.keys())

    @cached_property
    def _rates(self) -> dict[str, str]:
        return {**self.rows("coins.rates_placeholder"), **self.rows("coins.rates")}

    def scale(self, asset: str) -> int:
        """How many decimals an amount of `asset` carries (NUM-1)."""
        return int(self._scales.get(asset, PLACES))

    @cached_property
    def _scales(self) -> dict[str, Any]:
        return self.rows("coins.scales")

    def default_rate_daily(self, asset: str) -> Decimal | None:
        """The rate of a coin nobody gave a series for; None where the coin cannot be borrowed (INT-6, COL-8)."""
        rate = self._rates.get(asset, self.leaf("coins.default_rate_daily"))
        return Decimal(rate) if rate else None

    def tiers(self, asset: str) -> tuple[tuple[Decimal | None, Decimal], ...]:
        """Collateral tiers of a coin: (upper end in USD or None, ratio), ascending (COL-3, COL-4, COL-9)."""
        return self.once(("tiers", asset), lambda: self._tiers(asset))

    def _tiers(self, asset: str) -> tuple[tuple[Decimal | None, Decimal], ...]:
        rank = self.rows("collateral.ranks").get(asset, self.leaf("collateral.default_rank"))
        rows = self.leaf(f"collateral.ladders.{rank}.tiers")
        return tuple((Decimal(to) if to else None, Decimal(share)) for to, share in rows)

    def family(self, symbol: str) -> str:
        """The isolated leverage family of a pair: its top leverage (ISO-1)."""
        return self.rows("isolated.families").get(symbol, self.leaf("isolated.default_family"))
