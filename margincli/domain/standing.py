"""What the journal adds up to: balances and settings of one account and of the house."""

from collections import defaultdict
from decimal import Decimal
from typing import Any, Callable, Iterable, NamedTuple

from .journal import Account, Entry, Wallet
from .money import ZERO


class Holding(NamedTuple):
    """One coin in one wallet, all figures >= 0."""

    asset: str
    free: Decimal = ZERO
    locked: Decimal = ZERO
    borrowed: Decimal = ZERO
    interest: Decimal = ZERO

    @property
    def balance(self) -> Decimal:
        return self.free + self.locked

    @property
    def debt(self) -> Decimal:
        """Principal and unpaid interest (ML-6)."""
        return self.borrowed + self.interest

    @property
    def net_asset(self) -> Decimal:
        """ML-4, ML-8."""
        return self.balance - self.debt


class State:
    """Balances by (account, asset) and settings by (wallet, key), without what is zero or empty. A value: `after` makes a new one."""

    __slots__ = ("balances", "settings", "_made", "_as_set", "_wallets")

    def __init__(self, balances: dict[tuple[Account, str], Decimal], settings: dict[tuple[Wallet, str], str]):
        self.balances = balances
        self.settings = settings
        self._made: dict[Wallet, dict[Any, Any]] = defaultdict(dict)
        self._as_set: dict[Wallet, dict[Any, Any]] = defaultdict(dict)
        self._wallets: dict[str, list[Wallet]] = {}

    def after(self, entries: Iterable[Entry]) -> "State":
        balances, settings = dict(self.balances), self.settings
        touched: set[Wallet] = set()
        changed: set[Wallet] = set()
        opened = False
        for entry in entries:
            for account, asset, amount in entry.postings:
                touched.add(account.wallet)
                put(balances, (account, asset), balances.get((account, asset), ZERO) + amount)
            if entry.changes and settings is self.settings:
                settings = dict(settings)
            for wallet, key, value in entry.changes:
                changed.add(wallet)
                opened = opened or key == "opened_at"
                put(settings, (wallet, key), value)
        state = State(balances, settings)
        state._made.update((wallet, made) for wallet, made in self._made.items() if wallet not in touched and wallet not in changed)
        state._as_set.update((wallet, made) for wallet, made in self._as_set.items() if wallet not in changed)
        state._wallets = {} if opened else self._wallets
        return state

    def beside(self, house: dict[tuple[Account, str], Decimal]) -> "State":
        """The same account, and the house as it stands by now: of every account of its own that it has ever used."""
        state = State(self.balances | house, self.settings)
        state._made, state._as_set, state._wallets = self._made, self._as_set, self._wallets
        return state

    def looked_at(self) -> list[Wallet]:
        """The wallets of which something is kept; right after entries, those that none of them touched."""
        return list(self._made)

    def once(self, wallet: Wallet, key: Any, make: Callable[[Wallet], Any]) -> Any:
        """What follows from the balances and settings of a wallet of the account, made at its first use: it stands until an entry touches the wallet."""
        made = self._made[wallet]
        if key not in made:
            made[key] = make(wallet)
        return made[key]

    def as_set(self, wallet: Wallet, key: Any, make: Callable[[Wallet], Any]) -> Any:
        """The same of what follows from the settings of a wallet alone: it stands until one of them changes."""
        made = self._as_set[wallet]
        if key not in made:
            made[key] = make(wallet)
        return made[key]

    def balance(self, account: Account, asset: str) -> Decimal:
        return self.balances.get((account, asset), ZERO)

    def setting(self, wallet: Wallet, key: str) -> str:
        """The value last written, '' when there is none."""
        return self.settings.get((wallet, key), "")

    def holding(self, wallet: Wallet, asset: str) -> Holding:
        return self.holdings(wallet).get(asset) or Holding(asset)

    def holdings(self, wallet: Wallet) -> dict[str, Holding]:
        """Every coin the wallet holds or owes, in the order of their names."""
        return self.once(wallet, "holdings", self._held)

    def _held(self, wallet: Wallet) -> dict[str, Holding]:
        found: dict[str, dict[str, Decimal]] = {}
        for (account, asset), amount in self.balances.items():
            if account[0] == wallet and amount:
                found.setdefault(asset, {})[account.bucket] = amount
        return {asset: _holding(asset, found[asset]) for asset in sorted(found)}

    def wallets(self, owner: str) -> list[Wallet]:
        """The wallets the account has: spot first, then those it opened, in the order of their names."""
        if owner not in self._wallets:
            opened = sorted(wallet for (wallet, key), value in self.settings.items() if key == "opened_at" and value and wallet.owner == owner)
            self._wallets[owner] = [Wallet(owner, "spot"), *opened]
        return self._wallets[owner]

    def owes(self, wallet: Wallet) -> bool:
        """Whether the wallet has any debt: only then does time cost it anything."""
        return self.once(wallet, "owes", self._owes)

    def _owes(self, wallet: Wallet) -> bool:
        for _, _, _, borrowed, interest in self.holdings(wallet).values():
            if borrowed or interest:
                return True
        return False


def put(kept: dict, key: Any, value: Any) -> None:
    if value:
        kept[key] = value
    else:
        kept.pop(key, None)


def _holding(asset: str, buckets: dict[str, Decimal]) -> Holding:
    amount = buckets.get
    return Holding(asset, amount("free", ZERO), amount("locked", ZERO), -amount("borrowed", ZERO), -amount("interest", ZERO))
