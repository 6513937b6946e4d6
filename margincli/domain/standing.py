"""What the journal adds up to: balances and settings of one account and of the house."""

from decimal import Decimal
from typing import Iterable, NamedTuple

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
    """Balances by (account, asset) and settings by (wallet, key). A value: `after` makes a new one."""

    __slots__ = ("balances", "settings", "_holdings", "_wallets")

    def __init__(self, balances: dict[tuple[Account, str], Decimal], settings: dict[tuple[Wallet, str], str]):
        self.balances = balances
        self.settings = settings
        self._holdings: dict[Wallet, dict[str, Holding]] = {}  # as asked for
        self._wallets: dict[str, list[Wallet]] = {}

    def after(self, entries: Iterable[Entry]) -> "State":
        balances, settings = dict(self.balances), dict(self.settings)
        for entry in entries:
            for account, asset, amount in entry.postings:
                balances[account, asset] = balances.get((account, asset), ZERO) + amount
            for wallet, key, value in entry.changes:
                settings[wallet, key] = value
        return State(balances, settings)

    def balance(self, account: Account, asset: str) -> Decimal:
        return self.balances.get((account, asset), ZERO)

    def setting(self, wallet: Wallet, key: str) -> str:
        """The value last written, '' when there is none."""
        return self.settings.get((wallet, key), "")

    def holding(self, wallet: Wallet, asset: str) -> Holding:
        return self.holdings(wallet).get(asset) or Holding(asset)

    def holdings(self, wallet: Wallet) -> dict[str, Holding]:
        """Every coin the wallet holds or owes, in the order of their names."""
        if wallet not in self._holdings:
            found: dict[str, dict[str, Decimal]] = {}
            for (account, asset), amount in self.balances.items():
                if amount and account.wallet == wallet:
                    found.setdefault(asset, {})[account.bucket] = amount
            self._holdings[wallet] = {asset: _holding(asset, found[asset]) for asset in sorted(found)}
        return self._holdings[wallet]

    def wallets(self, owner: str) -> list[Wallet]:
        """The wallets the account has: spot first, then those it opened, in the order of their names."""
        if owner not in self._wallets:
            opened = sorted(wallet for (wallet, key), value in self.settings.items() if key == "opened_at" and value and wallet.owner == owner)
            self._wallets[owner] = [Wallet(owner, "spot"), *opened]
        return self._wallets[owner]

    def owes(self, wallet: Wallet) -> bool:
        """Whether the wallet has any debt: only then does time cost it anything."""
        return any(holding.borrowed or holding.interest for holding in self.holdings(wallet).values())


def _holding(asset: str, buckets: dict[str, Decimal]) -> Holding:
    free, locked, borrowed, interest = (buckets.get(bucket, ZERO) for bucket in ("free", "locked", "borrowed", "interest"))
    return Holding(asset, free, locked, -borrowed, -interest)
