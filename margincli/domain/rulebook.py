"""The rule book in force: numbers looked up by name, each with its basis, from a dated document.

The document is plain data (see margincli/rules/): leaves are ``[value, basis, rule id, note]``, tables are
``{"basis": ..., "rows": {...}}``. Nothing here knows where it was read from.
"""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import cached_property
from typing import Any, Callable, NamedTuple

from .money import PLACES, ZERO
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


class Rulebook:
    """Typed access to one profile. Raises KeyError for a name the document lacks: a broken rule file."""

    def __init__(self, document: dict[str, Any]):
        self.document = document
        self._read: dict[Any, Any] = {}

    @property
    def profile(self) -> str:
        return self.document["profile"]

    def flaw(self) -> str:
        """What a decision would stumble over in a document that is well formed; '' when there is nothing."""
        return self._moves_unreadable() or self._missing() or self._no_ratio() or self._bars_out_of_order() or self._no_choice() or self._delistings_unreadable()

    def _moves_unreadable(self) -> str:
        for asset, moves in self.rows("collateral.rank_changes", {}).items():
            try:
                _moves(moves)
            except (ValueError, TypeError) as error:
                return f"collateral.rank_changes.{asset}: a change is [moment in UTC, rank before, rank after] ({error})"
        return ""

    def _missing(self) -> str:
        collateral, families = self.document["collateral"], self.document["isolated"]["bands"]
        changed = {rank for moves in self._rank_changes.values() for _, *ranks in moves for rank in ranks}
        ranks = {*self.rows("collateral.ranks").values(), self.leaf("collateral.default_rank")} | changed
        unknown = ranks - {""} - collateral["ladders"].keys() - self.rows("collateral.flat", {}).keys()
        missing = {*self.rows("isolated.families").values(), self.leaf("isolated.default_family")} - families.keys()
        if unknown:
            return f"collateral rank {min(unknown)} has no ladder"
        return f"leverage family {min(missing)} has no bands" if missing else ""

    def _no_ratio(self) -> str:
        for rank, cells in self.rows("collateral.flat", {}).items():
            if not all(cell and ZERO <= Decimal(cell) <= 1 for cell in cells):
                return f"collateral.flat.{rank}: a ratio is a number from 0 to 1"
        return ""

    def _bars_out_of_order(self) -> str:
        """Tier by tier (ISO-4): liquidation, where there is one pre-liquidation (THR-7), and margin call, ascending."""
        for section in ("cross", "isolated"):
            for name in self.document[section]["bands"]:
                path = f"{section}.bands.{name}"
                for tier in range(1, max(1, *(len(self.numbers(f"{path}.{bar}")) for bar in ("liquidation_at", "margin_call_at"))) + 1):
                    low, high = (self.of_tier(f"{path}.{bar}", tier) for bar in ("liquidation_at", "margin_call_at"))
                    if not ZERO < low < high:
                        return f"{path}: liquidation_at must lie above 0 and under margin_call_at"
                    if (between := self.of_tier(f"{path}.pre_liquidation_at", tier)) and not low < between < high:
                        return f"{path}: pre_liquidation_at must lie between liquidation_at and margin_call_at"
        return ""

    def _no_choice(self) -> str:
        for path, ways in CHOICES.items():
            if (value := self.leaf(path, ways[0])) not in ways:
                return f"{path}: {value} is none of {', '.join(ways)}"
        strange = {self.leaf(f"cross.bands.{name}.scheme", "cross") for name in self.document["cross"]["bands"]} - {"cross", "pro"}
        if any(not ZERO <= self.number(f"bnb.{name}") <= 1 for name in self.document.get("bnb", ())):
            return "bnb: a discount must lie between 0 and 1"
        return f'cross.bands: the scheme is "cross" or "pro", not "{min(strange)}"' if strange else ""

    def _delistings_unreadable(self) -> str:
        for name in self.rows("delistings", {}):
            if self.pair(name) is None and name not in self.assets:
                return f"delistings.{name}: neither a coin nor a pair of the rule book"
        try:
            self.delistings
        except (ValueError, TypeError, OverflowError):
            return 'delistings: a time is written in UTC, as "2024-09-10T08:00:00Z"'
        return ""

    @cached_property
    def delistings(self) -> dict[str, int]:
        """When a coin or a pair leaves margin, in ms (DEL-1)."""
        return {name: millis(text) for name, text in self.rows("delistings", {}).items()}

    def leaf(self, path: str, unsaid: Any = None) -> Any:
        """The value of a rule; `unsaid` is what it means that a book lacks the name, as those of before do."""
        node = self._node(path, unsaid is None)
        return unsaid if node is None else node[0]

    def number(self, path: str, unsaid: str | None = None) -> Decimal:
        if path not in self._read:
            self._read[path] = Decimal(self.leaf(path, unsaid))
        return self._read[path]

    def numbers(self, path: str) -> tuple[Decimal, ...]:
        """A list of numbers; books of before have a single one where it is the same for all."""
        if ("list", path) not in self._read:
            value = self.leaf(path)
            self._read["list", path] = tuple(Decimal(item) for item in ([value] if isinstance(value, str) else value))
        return self._read["list", path]

    def of_tier(self, path: str, tier: int) -> Decimal:
        """The value of a tier, counted from 1: of a shorter list the last goes on (ISO-4); zero where there is none."""
        values = self.numbers(path) if self._node(path, False) else ()
        return values[min(tier, len(values)) - 1] if values else ZERO

    def rows(self, path: str, unsaid: dict[str, Any] | None = None) -> dict[str, Any]:
        node = self._node(path, unsaid is None)
        return unsaid if node is None else node["rows"]

    def _node(self, path: str, required: bool) -> Any:
        node = self.document
        for part in path.split("."):
            if part not in node and not required:
                return None
            node = node[part]
        return node

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What `make` works out of the document, the first time it is asked for."""
        if key not in self._read:
            self._read[key] = make()
        return self._read[key]

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

    @property
    def deficit_coins(self) -> set[str]:
        """Coins by whose price a deficit is judged: the fund's limit is told in BTC (FUND-2), a loan has its own (FUND-5)."""
        loan = {self.leaf("liquidation.loan_asset", "USDC")} if self.leaf("liquidation.deficit_cross", "fund") == "loan" else set()
        return {"BTC"} | loan

    def scale(self, asset: str) -> int:
        """How many decimals an amount of `asset` carries (NUM-1)."""
        return int(self.rows("coins.scales").get(asset, PLACES))

    def default_rate_daily(self, asset: str) -> Decimal | None:
        """The rate of a coin nobody gave a series for; None where the coin cannot be borrowed (INT-6, COL-8)."""
        rate = self._rates.get(asset, self.leaf("coins.default_rate_daily"))
        return Decimal(rate) if rate else None

    def tiers(self, asset: str, at: int, purpose: str = "borrow") -> Tiers:
        """Collateral tiers of a coin at a moment: those of its rank then (COL-3, COL-4, COL-7, COL-9).

        `purpose` is borrow, transfer_out or liquidation; they differ where the rank has flat ratios (COL-6).
        """
        key = "tiers", self.rank(asset, at), purpose
        if key not in self._read:
            self._read[key] = self._tiers(*key[1:])
        return self._read[key]

    def _tiers(self, rank: str, purpose: str) -> Tiers:
        flat = self.rows("collateral.flat", {}).get(rank)
        if flat:
            return ((None, Decimal(flat[PURPOSES.index(purpose)])),)
        return tuple((Decimal(to) if to else None, Decimal(share)) for to, share in self.leaf(f"collateral.ladders.{rank}.tiers"))

    def rank(self, asset: str, at: int) -> str:
        """COL-7: after the last change by then; before the first of them the rank it changed from. A rank of its own comes first."""
        fixed, moves = self.rows("collateral.ranks").get(asset), self._rank_changes.get(asset)
        if fixed or not moves:
            return fixed or self.leaf("collateral.default_rank")
        return next((new for since, _, new in reversed(moves) if since <= at), moves[0][1])

    @cached_property
    def _rank_changes(self) -> dict[str, list[tuple[int, str, str]]]:
        rows = self.rows("collateral.rank_changes", {})
        return {asset: _moves(moves) for asset, moves in rows.items()}

    def family(self, symbol: str) -> str:
        """The isolated leverage family of a pair: its top leverage (ISO-1)."""
        return self.rows("isolated.families").get(symbol, self.leaf("isolated.default_family"))


def _moves(rows: list[list[str]]) -> list[tuple[int, str, str]]:
    return sorted((millis(since), old, new) for since, old, new in rows)


def millis(moment: str) -> int:
    """A moment as rule files write it, in ms since 1970."""
    return (datetime.fromisoformat(moment) - EPOCH) // timedelta(milliseconds=1)
