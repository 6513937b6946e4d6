"""The world a decision is made in: one account, the house, the market, the rules and the moment."""

from collections import defaultdict
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Callable, Iterable, Sequence

from .journal import Entry, Wallet
from .market import Market
from .refusals import Refused
from .rulebook import Rulebook
from .standing import State


class World:
    """Everything a decision may look at. A value: `after` makes the world in which entries have happened."""

    __slots__ = ("now", "owner", "state", "market", "rules", "_made")

    def __init__(self, now: int, owner: str, state: State, market: Market, rules: Rulebook):
        self.now, self.owner, self.state, self.market, self.rules = now, owner, state, market, rules
        self._made: dict[Wallet, dict[Any, Any]] = defaultdict(dict)

    def once(self, wallet: Wallet, key: Any, make: Callable[[], Any]) -> Any:
        """What follows from a wallet, the settings of its account and the moment, made at its first use."""
        made = self._made[wallet]
        if key not in made:
            made[key] = make()
        return made[key]

    def after(self, entries: Sequence[Entry]) -> "World":
        if not entries:
            return self
        world = World(self.now, self.owner, self.state.after(entries), self.market, self.rules)
        if world.state.settings is self.state.settings:
            world._made.update((wallet, self._made[wallet]) for wallet in world.state.looked_at())
        return world

    def at(self, now: int) -> "World":
        return self if now == self.now else World(now, self.owner, self.state, self.market, self.rules)

    def pinned(self, prices: dict) -> "World":
        """The same moment with coins held at `prices` (USDT)."""
        return World(self.now, self.owner, self.state, self.market.pin(prices), self.rules)

    def value_usdt(self, asset: str):
        """The index price of a coin in USDT now; None when no route is priced."""
        return self.market.value(asset, self.now)

    def price_usdt(self, asset: str):
        """The same for whoever cannot go on without it. Raises Refused no_price, naming the missing pair."""
        price = self.value_usdt(asset)
        if price is None:
            raise Refused("no_price", asset=asset, symbol=f"{asset}USDT", at=moment(self.now))
        return price

    @property
    def vip(self) -> int:
        """The VIP level of the account (FEE-1)."""
        return int(self.state.setting(Wallet(self.owner, "spot"), "vip") or 0)

    def rate_daily(self, mode: str, asset: str):
        """The daily rate in force now (INT-6, INT-10): the user's series as it stands; else by VIP level (INT-13) the pool's
        rate of this hour, where the coin has a supply, else the rule file's. None: not lent.
        """
        own = self.market.rate_daily(mode, asset, self.now)
        if own is not None:
            return own
        if asset in self.rules.supplies and (shared := self.market.pool_daily(asset, self.now)) is not None:
            return self.rules.rate_at_level(asset, self.vip, shared)
        return self.rules.rate_daily(asset, self.vip)


_EPOCH = datetime(1970, 1, 1)
Step = Callable[[World], Iterable[Entry]]


def chain(world: World, *steps: Step) -> tuple[World, list[Entry]]:
    """Run steps each seeing what the former left; the world after them, and all their entries in order."""
    done: list[Entry] = []
    for step in steps:
        entries = list(step(world))
        world = world.after(entries)
        done += entries
    return world, done


@lru_cache(maxsize=256)
def moment(at: int) -> str:
    """RFC 3339 in UTC from milliseconds; milliseconds shown only where there are any."""
    text = (_EPOCH + timedelta(milliseconds=at)).isoformat(timespec="milliseconds" if at % 1000 else "seconds")
    return text + "Z"
