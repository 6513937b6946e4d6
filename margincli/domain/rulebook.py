"""The rule book in force: numbers looked up by name, each with its basis, from a dated document.

The document is plain data (see margincli/rules/): leaves are ``[value, basis, rule id, note]``, tables are
``{"basis": ..., "rows": {...}}``. Nothing here knows where it was read from.
"""

from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from .money import ONE, PLACES, ZERO, round_half_up


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


_SOUND = "its figures lie from 0 to under 1000000000000000000, with 18 decimals at most"


def _is_sound(figure: Decimal) -> bool:
    """Small enough to be reckoned with exactly."""
    return 0 <= figure < 10**18 and figure.as_tuple().exponent >= -18


def _at_level(figures: list[str] | None, vip: int) -> str:
    """One figure a level, the last for all above; '' where there is none."""
    return figures[min(vip, len(figures) - 1)] if figures else ""


class Rulebook:
    """Typed access to one profile. Raises KeyError for a name the document lacks: a broken rule file."""

    def __init__(self, document: dict[str, Any]):
        self.document = document
        self._read: dict[str, Any] = {}

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
        return self._flaw_of_pool() or self._flaw_by_level()

    def _flaw_of_pool(self) -> str:
        points = self.document["pool"]["curve"][0] if "pool" in self.document else []
        if any(len(point) != 2 or not all(point) for point in points) or (self.supplies and not points):
            return "pool.curve needs points of two figures: the use, and the multiple there"
        uses = [use for use, _ in self.curve]
        if uses != sorted(set(uses)):
            return "pool.curve: its points go by rising use"
        unknown = [asset for asset in self.supplies if asset not in self.assets or self.default_rate_daily(asset) is None]
        if unknown:
            return f"pool.supply.{unknown[0]} is not a coin that can be borrowed"
        figures = [self.most_change_hourly, *self.supplies.values(), *(figure for point in self.curve for figure in point)]
        return "" if all(map(_is_sound, figures)) else f"pool: {_SOUND}"

    def _flaw_by_level(self) -> str:
        for path in ("coins.vip_rates", "borrow.limits_by_vip"):
            for name, figures in self.rows_if_any(path).items():
                if name not in self.assets | {"default"}:
                    return f"{path}.{name} is not a coin of the rule book"
                if not all(_is_sound(Decimal(figure)) for figure in figures if figure):
                    return f"{path}.{name}: {_SOUND}"
        return ""

    def leaf(self, path: str) -> Any:
        node = self.document
        for part in path.split("."):
            node = node[part]
        return node[0]

    def number(self, path: str) -> Decimal:
        if path not in self._read:
            self._read[path] = Decimal(self.leaf(path))
        return self._read[path]

    def numbers(self, path: str) -> tuple[Decimal, ...]:
        if path not in self._read:
            self._read[path] = tuple(Decimal(item) for item in self.leaf(path))
        return self._read[path]

    def rows(self, path: str) -> dict[str, Any]:
        node = self.document
        for part in path.split("."):
            node = node[part]
        return node["rows"]

    def rows_if_any(self, path: str) -> dict[str, Any]:
        """The same of a table that a rule book of before may lack."""
        section, _, table = path.partition(".")
        return self.document.get(section, {}).get(table, {}).get("rows", {})

    def pair(self, symbol: str) -> Pair | None:
        row = self.rows("pairs").get(symbol)
        if row is None:
            return None
        base, quote, *filters = row
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
        return int(self.rows("coins.scales").get(asset, PLACES))

    def default_rate_daily(self, asset: str) -> Decimal | None:
        """The rate of a coin nobody gave a series for; None where the coin cannot be borrowed (INT-6, COL-8)."""
        rate = self._rates.get(asset, self.leaf("coins.default_rate_daily"))
        return Decimal(rate) if rate else None

    def rate_daily(self, asset: str, vip: int) -> Decimal | None:
        """The same, as it is at a VIP level (INT-13)."""
        if ("rate", asset, vip) not in self._read:
            rate = self.default_rate_daily(asset)
            self._read["rate", asset, vip] = None if rate is None else self.rate_at_level(asset, vip, rate)
        return self._read["rate", asset, vip]

    def rate_mark(self, asset: str) -> tuple[str, str]:
        """Basis and rule id of the rate of a coin nobody gave a series for."""
        for table in (self.document["coins"]["rates"], self.document["coins"]["rates_placeholder"]):
            if asset in table["rows"]:
                basis, rule, *_ = table["marks"].get(asset) or (table["basis"], table["rule"])
                return basis, rule
        return self.document["coins"]["default_rate_daily"][1:3]

    def rate_at_level(self, asset: str, vip: int, rate_daily: Decimal) -> Decimal:
        """INT-13: the rate at a VIP level, half up at 8 places; the last figure of a coin's row holds for the levels above."""
        if ("vip", asset, vip) not in self._read:
            rows = self.rows_if_any("coins.vip_rates")
            self._read["vip", asset, vip] = Decimal(_at_level(rows.get(asset) or rows.get("default"), vip) or 1)
        factor = self._read["vip", asset, vip]
        return rate_daily if factor == ONE else round_half_up(rate_daily * factor)

    def borrow_limit(self, asset: str, vip: int) -> Decimal | None:
        """BOR-4: the most that may be owed of a coin in cross; None where no limit is known."""
        rows = self.rows_if_any("borrow.limits_by_vip")
        limit = _at_level(rows.get(asset) or rows.get("default"), vip) or self.rows("borrow.limits").get(asset)
        return Decimal(limit) if limit else None

    # --- the lending pool (INT-8, BOR-4) ---

    @cached_property
    def supplies(self) -> dict[str, Decimal]:
        """What may be lent in all of the coins whose rates follow their use."""
        return {asset: Decimal(supply) for asset, supply in self.rows_if_any("pool.supply").items() if supply}

    def supply(self, asset: str) -> Decimal | None:
        """What may be lent of a coin in all; None: no end. A book of before knew one figure for every coin, and no curve."""
        one_for_all = self.document["borrow"].get("pool_supply", [""])[0]
        return self.supplies.get(asset, Decimal(one_for_all) if one_for_all else None)

    @cached_property
    def curve(self) -> tuple[tuple[Decimal, Decimal], ...]:
        """Points (share of the supply lent, multiple of the coin's rate), by rising use."""
        return tuple((Decimal(use), Decimal(height)) for use, height in self.leaf("pool.curve")) if "pool" in self.document else ()

    @property
    def most_change_hourly(self) -> Decimal:
        """The share of a rate by which it moves in an hour at most; without a pool nothing moves."""
        return self.number("pool.most_change_hourly") if "pool" in self.document else ZERO

    def tiers(self, asset: str) -> tuple[tuple[Decimal | None, Decimal], ...]:
        """Collateral tiers of a coin: (upper end in USD or None, ratio), ascending (COL-3, COL-4, COL-9)."""
        if ("tiers", asset) not in self._read:
            rank = self.rows("collateral.ranks").get(asset, self.leaf("collateral.default_rank"))
            rows = self.leaf(f"collateral.ladders.{rank}.tiers")
            self._read["tiers", asset] = tuple((Decimal(to) if to else None, Decimal(share)) for to, share in rows)
        return self._read["tiers", asset]

    def family(self, symbol: str) -> str:
        """The isolated leverage family of a pair: its top leverage (ISO-1)."""
        return self.rows("isolated.families").get(symbol, self.leaf("isolated.default_family"))
