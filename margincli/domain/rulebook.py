"""The rule book in force: numbers looked up by name, each with its basis, from a dated document.

The document is plain data (see margincli/rules/): leaves are ``[value, basis, rule id, note]``, tables are
``{"basis": ..., "rows": {...}}``. Nothing here knows where it was read from.
"""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import cached_property
from typing import Any, Callable, NamedTuple

from .money import ONE, PLACES, ZERO, round_half_up
from .tiers import Tiers

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# Rules whose value is the name of a way to do it; the ways stand in a table beside the code that goes them.
CHOICES = {
    "collateral.shown": ("yes", "no"),
    "index.outlier": ("capped", "dropped"),
    "liquidation.deficit_cross": ("fund", "loan"),
    "liquidation.deficit_isolated": ("fund", "loan"),
    "liquidation.loan_holds_withdrawals": ("yes", "no"),
}
SILENT = ("", "-")  # a cell that says nothing
PURPOSES = ("borrow", "transfer_out", "liquidation")  # what collateral is counted for, in the order of collateral.flat (COL-6)


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


def _at_level(figures: list[str] | None, vip: int) -> str:
    """One figure a level, the last for all above; '' where there is none."""
    return figures[min(vip, len(figures) - 1)] if figures else ""


class Rulebook:
    """Typed access to one profile. Raises KeyError for a name the document lacks: a broken rule file."""

    def __init__(self, document: dict[str, Any]):
        self.document = document
        self._made: dict[Any, Any] = {}
        self._nodes: dict[str, Any] = {}  # by path, as asked for
        self._pairs: dict[str, Pair] = {}  # likewise

    @property
    def profile(self) -> str:
        return self.document["profile"]

    @cached_property
    def delistings(self) -> dict[str, int]:
        """When a coin or a pair leaves margin, in ms (DEL-1)."""
        return {name: millis(text) for name, text in self.rows("delistings", {}).items()}

    def leaf(self, path: str, unsaid: Any = None) -> Any:
        """The value of a rule; `unsaid` is what it means that a book lacks the name, as those of before do."""
        node = self._node(path, unsaid is None)
        return unsaid if node is None else node[0]

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What follows from the rules alone, made at its first use."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def number(self, path: str, unsaid: str | None = None) -> Decimal:
        return self.once(path, lambda: Decimal(self.leaf(path, unsaid)))

    def numbers(self, path: str) -> tuple[Decimal, ...]:
        """A list of numbers; books of before have a single one where it is the same for all."""
        return self.once(("list", path), lambda: self._numbers(self.leaf(path)))

    def _numbers(self, value: str | list[str]) -> tuple[Decimal, ...]:
        return tuple(Decimal(item) for item in ([value] if isinstance(value, str) else value))

    def of_tier(self, path: str, tier: int) -> Decimal:
        """The value of a tier, counted from 1: of a shorter list the last goes on (ISO-4); zero where there is none."""
        values = self.numbers(path) if self._node(path, False) else ()
        return values[min(tier, len(values)) - 1] if values else ZERO

    def rows(self, path: str, unsaid: dict[str, Any] | None = None) -> dict[str, Any]:
        node = self._node(path, unsaid is None)
        return unsaid if node is None else node["rows"]

    def cells(self, path: str, name: str) -> list[str] | None:
        """The cells of one row of a table with columns; None where there is no such row."""
        row = self.rows(path, {}).get(name)
        return None if row is None else cells_of(row)

    def _node(self, path: str, required: bool) -> Any:
        if path not in self._nodes:
            self._nodes[path] = self._found(path)
        node = self._nodes[path]
        if node is None and required:
            raise KeyError(path)
        return node

    def _found(self, path: str) -> Any:
        """None where the document lacks it."""
        node = self.document
        for part in path.split("."):
            if part not in node:
                return None
            node = node[part]
        return node

    def pair(self, symbol: str) -> Pair | None:
        if symbol not in self._pairs and (row := self.rows("pairs").get(symbol)) is not None:
            self._pairs[symbol] = self._pair(symbol, *cells_of(row))
        return self._pairs.get(symbol)

    def _pair(self, symbol: str, base: str, quote: str, *filters: str) -> Pair:
        return Pair(symbol, base, quote, *(ZERO if cell in SILENT else Decimal(cell) for cell in filters))

    @cached_property
    def assets(self) -> frozenset[str]:
        """Every coin the rule book knows."""
        listed = {asset for row in self.rows("pairs").values() for asset in cells_of(row)[:2]}
        return frozenset(listed | self._rates.keys())

    @cached_property
    def _rates(self) -> dict[str, str]:
        return {**self.rows("coins.rates_placeholder"), **self.rows("coins.rates")}

    @cached_property
    def deficit_coins(self) -> frozenset[str]:
        """Coins by whose price a deficit is judged: the fund's limit is told in BTC (FUND-2), a loan has its own (FUND-5)."""
        loan = {self.leaf("liquidation.loan_asset", "USDC")} if self.leaf("liquidation.deficit_cross", "fund") == "loan" else set()
        return frozenset({"BTC"} | loan)

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

    def rate_daily(self, asset: str, vip: int) -> Decimal | None:
        """The same, as it is at a VIP level (INT-13)."""
        return self.once(("rate", asset, vip), lambda: self._rate_at_level(asset, vip))

    def _rate_at_level(self, asset: str, vip: int) -> Decimal | None:
        rate = self.default_rate_daily(asset)
        return None if rate is None else self.rate_at_level(asset, vip, rate)

    def rate_mark(self, asset: str) -> tuple[str, str]:
        """Basis and rule id of the rate of a coin nobody gave a series for."""
        for table in (self.document["coins"]["rates"], self.document["coins"]["rates_placeholder"]):
            if asset in table["rows"]:
                basis, rule, *_ = table["marks"].get(asset) or (table["basis"], table["rule"])
                return basis, rule
        return self.document["coins"]["default_rate_daily"][1:3]

    def rate_at_level(self, asset: str, vip: int, rate_daily: Decimal) -> Decimal:
        """INT-13: the rate at a VIP level, half up at 8 places; the last figure of a coin's row holds for the levels above."""
        factor = self.once(("vip", asset, vip), lambda: Decimal(self._by_level("coins.vip_rates", asset, vip) or 1))
        return rate_daily if factor == ONE else round_half_up(rate_daily * factor)

    def _by_level(self, path: str, asset: str, vip: int) -> str:
        rows = self.rows(path, {})
        return _at_level(rows.get(asset) or rows.get("default"), vip)

    def borrow_limit(self, asset: str, vip: int) -> Decimal | None:
        """BOR-4: the most that may be owed of a coin in cross; None where no limit is known."""
        limit = self._by_level("borrow.limits_by_vip", asset, vip) or self.rows("borrow.limits").get(asset)
        return Decimal(limit) if limit else None

    # --- the lending pool (INT-8, BOR-4) ---

    @cached_property
    def supplies(self) -> dict[str, Decimal]:
        """What may be lent in all of the coins whose rates follow their use."""
        return {asset: Decimal(supply) for asset, supply in self.rows("pool.supply", {}).items() if supply}

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

    def tiers(self, asset: str, at: int, purpose: str = "borrow") -> Tiers:
        """Collateral tiers of a coin at a moment: those of its rank then (COL-3, COL-4, COL-7, COL-9).

        `purpose` is borrow, transfer_out or liquidation; they differ where the rank has flat ratios (COL-6).
        """
        if asset not in self.rank_changes:
            return self.once(("tiers", asset, purpose), lambda: self._tiers(self.rank(asset, at), purpose))
        rank = self.rank(asset, at)
        return self.once(("tiers of", rank, purpose), lambda: self._tiers(rank, purpose))

    @cached_property
    def counts_alike(self) -> bool:
        """Whether a coin counts the same for every purpose: as long as no rank has flat ratios."""
        return not self.rows("collateral.flat", {})

    def _tiers(self, rank: str, purpose: str) -> Tiers:
        flat = self.cells("collateral.flat", rank)
        if flat:
            return ((None, Decimal(flat[PURPOSES.index(purpose)])),)
        return tuple((Decimal(to) if to else None, Decimal(share)) for to, share in self.leaf(f"collateral.ladders.{rank}.tiers"))

    @cached_property
    def _ranks(self) -> dict[str, str]:
        return self.rows("collateral.ranks")

    def rank(self, asset: str, at: int) -> str:
        """COL-7: after the last change by then; before the first of them the rank it changed from. A rank of its own comes first."""
        fixed, moves = self._ranks.get(asset), self.rank_changes.get(asset)
        if fixed or not moves:
            return fixed or self.leaf("collateral.default_rank")
        return next((new for since, _, new in reversed(moves) if since <= at), moves[0][1])

    @cached_property
    def rank_changes(self) -> dict[str, list[tuple[int, str, str]]]:
        rows = self.rows("collateral.rank_changes", {})
        return {asset: moves_of(moves) for asset, moves in rows.items()}

    def family(self, symbol: str) -> str:
        """The isolated leverage family of a pair: its top leverage (ISO-1)."""
        return self.rows("isolated.families").get(symbol, self.leaf("isolated.default_family"))


def cells_of(row: str | list[str]) -> list[str]:
    """The cells of a row with columns, which is one text: a table of a thousand rows is read with every command. Books of before have lists."""
    return row.split() if isinstance(row, str) else row


def moves_of(rows: list[list[str]]) -> list[tuple[int, str, str]]:
    return sorted((millis(since), old, new) for since, old, new in rows)


def millis(moment: str) -> int:
    """A moment as rule files write it, in ms since 1970."""
    return (datetime.fromisoformat(moment) - EPOCH) // timedelta(milliseconds=1)
