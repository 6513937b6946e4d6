"""The laws of a lending protocol, each one function: its docstring is the law, what it returns are the numbers that break it ('' while it holds).

They are checked after every command, on what stands in the file, with as little of the program's own help as they can.
"""

from decimal import Decimal
from itertools import takewhile
from typing import Iterator, NamedTuple

from margincli.domain.delisting import gone
from margincli.domain.journal import CLAIMS, INSURANCE, Entry, Wallet
from margincli.domain.market import Market
from margincli.domain.money import ZERO, unit
from margincli.domain.orders import open_orders
from margincli.domain.risk import EXCESSIVE, NORMAL, exposure, health
from margincli.domain.schemes import scheme_of
from margincli.domain.standing import State
from margincli.domain.world import World
from margincli.ledger import reading

from hand import Ledger, Said

RUNS = ("liquidation_repay", "liquidation_sell", "liquidation_fee")  # what belongs to the liquidation that was announced before
TAKEN = ("liquidation_takeover",)
CALLS = ("margin_call", "pre_liquidation", "liquidation")
HEALTHY = (EXCESSIVE, NORMAL)
ENDS = ("deficit", "deficit_review", "liquidation_loan")
DUST = Decimal("0.0001")  # USDT: less cannot always be sold
FUNDED = ("liquidation_fee", "deficit", "liquidation_loan")  # what may move the insurance fund


class Step(NamedTuple):
    """One command and the ledger around it. `before` and `after` are the accounts that it brought up to date."""

    said: Said
    ledger: Ledger
    at: int
    asked: bool  # by a user for his own account
    bytes_before: bytes
    balances: dict[tuple[str, str, str, str], int]  # as they stand in the file: see Ledger.balances
    before: dict[str, World]  # brought to this moment, in memory
    due: int  # how many entries that took
    after: dict[str, World]  # as they stand in the file
    news: "list[News]"


class News(NamedTuple):
    """An entry that this command wrote, and its account as it stood before it; until when that was settled before the command."""

    number: int
    entry: Entry
    state: State
    rules: object
    since: int


class Books:
    """The journal folded by the simulator itself, entry by entry, as it is written."""

    def __init__(self) -> None:
        self.states: dict[str, State] = {}
        self.last, self.seen_to = 0, {}
        self.settled: dict[str, int | None] = {}  # until when each account is

    def read(self, ledger: Ledger) -> list[News]:
        """The entries since the last time, oldest first."""
        found, last = [], self.last
        with reading(ledger.path) as session:
            for (owner,) in session.db.execute("SELECT DISTINCT o.name FROM entries e JOIN owners o ON o.id = e.owner_id WHERE e.id > ?", (last,)).fetchall():
                for number, entry in session.history(owner, since=self.seen_to.get(owner)):
                    if number > last:
                        state = self.states.get(owner, State({}, {}))
                        found.append(News(number, entry, state, session.rulebook(entry.at), self.settled.get(owner) or 0))
                        self.states[owner], self.seen_to[owner], self.last = state.after([entry]), entry.at, max(self.last, number)
            self.settled = dict(session.db.execute("SELECT name, settled_to FROM owners").fetchall())
        return found


# --- the books ---


def no_fault_of_ours(step: Step) -> str:
    """No command ends in a fault of the program or in books that do not hold (exit codes 1 and 8)."""
    return f"exit code {step.said.code}: {step.said.document.get('message', step.said.document)}" if step.said.code in (1, 5, 8) else ""


def time_runs_forward(step: Step) -> str:
    """What a command writes happened after what its account had settled before, and not after the command."""
    wrong = [f"entry {news.number}, {news.entry.kind} at {news.entry.at}: {news.since} to {step.at}" for news in step.news if not news.since <= news.entry.at <= step.at]
    return ", ".join(wrong[:3])


def every_coin_sums_to_nothing(step: Step) -> str:
    """The total of each coin over the whole ledger is zero."""
    totals: dict[str, int] = {}
    for (*_, coin), units in step.balances.items():
        totals[coin] = totals.get(coin, 0) + units
    return ", ".join(f"{coin}: {total}" for coin, total in totals.items() if total)


def nothing_below_zero(step: Step) -> str:
    """Nothing free or locked stands below zero, and nothing owed above it."""
    signs = {"free": 1, "locked": 1, "borrowed": -1, "interest": -1}
    wrong = {key: units for key, units in step.balances.items() if key[0] != "house" and units * signs.get(key[2], 0) < 0}
    return str(wrong) if wrong else ""


def a_refusal_leaves_no_trace(step: Step) -> str:
    """What is refused leaves the file as it was, to the last byte."""
    return step.said.refusal if step.said.code and step.ledger.bytes() != step.bytes_before else ""


# --- the user ---


def no_request_makes_unhealthy(step: Step) -> str:
    """No request of the user turns a healthy wallet (NORMAL, EXCESSIVE) into one that is called or liquidated."""
    for owner, after in step.after.items() if step.asked and not step.said.code else ():
        for wallet in margin_wallets(after):
            old = health(step.before[owner], wallet) if owner in step.before else None
            for world in (after, *called(step, after, wallet)) if old is None or old.band in HEALTHY else ():
                new = health(world, wallet)
                if new.band not in HEALTHY:
                    return f"{owner} {wallet.name}: {old and old.band} at {old and old.level:.8f} became {new.band} at {new.level:.8f}"
    return ""


def called(step: Step, after: World, wallet: Wallet) -> Iterator[World]:
    """How a wallet stood when what was asked for brought a call or a liquidation at once: afterwards it may be well again."""
    worlds = (after, step.before.get(after.owner, after))
    prices = {coin: price for world in worlds for coin in _coins(world) if (price := world.value_usdt(coin)) is not None}
    for news in [news for news in step.news if news.entry.wallet.owner == after.owner][step.due :]:
        if news.entry.wallet == wallet and news.entry.kind in CALLS and news.entry.facts.get("reason", "level") == "level":
            yield World(step.at, after.owner, news.state, Market({}, {}).pin(prices), news.rules)


def _coins(world: World) -> set[str]:
    return {coin for account, coin in world.state.balances if account.wallet.owner == world.owner}


def nothing_sellable_under_liquidation(step: Step) -> str:
    """Once settled, no wallet stands at or under its liquidation level with anything left to sell."""
    for owner, world in step.after.items() if not step.said.code else ():
        for wallet in margin_wallets(world):
            found = health(world, wallet)
            if found.level <= found.bands.liquidation_at and found.exposure.total_asset > 0:
                return f"{owner} {wallet.name}: level {found.level:.10f}, bar {found.bands.liquidation_at}, assets {found.exposure.total_asset} USDT"
    return ""


def what_left_margin_is_gone(step: Step) -> str:
    """Once settled, no wallet has an order in what was delisted, owes it while there is collateral, or keeps it where it can be sold (DEL-2 to DEL-5)."""
    for owner, world in step.after.items() if not step.said.code else ():
        for wallet in margin_wallets(world):
            names, holdings = gone(world, wallet), world.state.holdings(wallet)
            free = {coin: held.free * price for coin, held in holdings.items() if (price := world.value_usdt(coin)) is not None}
            orders = [order.symbol for order in open_orders(world.state, wallet) if order.symbol in names]
            owed = [coin for coin in names if coin in free and holdings[coin].debt and sum(free.values()) > DUST]
            kept = [coin for coin in names if free.get(coin, ZERO) > DUST and not wallet.symbol]
            if orders or owed or kept:
                return f"{owner} {wallet.name} after {names} left: orders {orders}, debts {owed}, coins {kept}; free in USDT: {free}"
    return ""


def margin_wallets(world: World) -> list[Wallet]:
    return [wallet for wallet in world.state.wallets(world.owner) if scheme_of(world, wallet).lends]


# --- liquidation and the fund ---


def a_liquidation_takes_what_it_needs(step: Step) -> str:
    """A liquidation passes its stop by no more than the smallest units it rounds by, unless a debt had to go whole; and it ends at its stop only when it is passed or all is gone."""
    for header, run in liquidations(step.news):
        entry = header.entry
        prices = {coin: Decimal(price) for coin, price in entry.facts["prices"].items()}
        world = World(entry.at, entry.wallet.owner, header.state.after([entry]), Market({}, {}).pin(prices), header.rules)
        ended = [news.entry for news in run if news.entry.kind != "liquidation_fee"]
        sales = [place for place, found in enumerate(ended) if found.kind == "liquidation_sell"]
        counted = [found for place, found in enumerate(ended) if found.kind == "liquidation_sell" or not sales or place < sales[0]]  # coins sold, and set off before
        liquidated = sum((found.amount * prices[found.asset] for found in counted), ZERO)
        if said := _wrong_end(world.after(ended), header, prices, liquidated, ended[-1].asset if ended else ""):
            return f"entry {header.number} of {entry.wallet.owner}: {said}"
    return ""


def _wrong_end(world: World, header: News, prices: dict, liquidated: Decimal, last: str) -> str:
    """What is wrong with where a liquidation ended, its fee apart; '' for nothing."""
    wallet, stop = header.entry.wallet, header.entry.facts["stop_above"]
    holdings = world.state.holdings(wallet)
    owes = any(held.debt and prices.get(coin) for coin, held in holdings.items())
    sellable = any(held.free and prices.get(coin) for coin, held in holdings.items())
    if not stop:
        return "a debt is left and so are coins" if owes and sellable else ""
    scheme = scheme_of(world, wallet)
    fee = world.rules.number(scheme.fee_rule) + world.rules.number(f"{scheme.fee_rule}_by_tier", "0") * (Decimal(header.entry.facts["bar"]) - 1)
    spare = exposure(world, wallet).spare(Decimal(stop)) - fee * liquidated
    units = sum((price * unit(world.rules.scale(coin)) for coin, price in prices.items()), ZERO)
    if spare <= 0 and owes and sellable:
        return f"it stopped {-spare} USDT short of {stop}, with coins left to sell"
    if spare > 2 * Decimal(stop) * units and last and world.state.holding(wallet, last).debt:
        return f"it passed {stop} by {spare} USDT, where rounding asks for {2 * Decimal(stop) * units} at most"
    return ""


def liquidations(news: list[News]) -> Iterator[tuple[News, list[News]]]:
    """Each announcement with what was done, but for wallets that were taken over whole (LIQ-4)."""
    for place, header in enumerate(news):
        if header.entry.kind == "liquidation":
            run = list(takewhile(lambda found: found.entry.kind in RUNS + TAKEN and found.entry.wallet == header.entry.wallet, news[place + 1 :]))
            if not any(found.entry.kind in TAKEN for found in run):
                yield header, run


def a_deficit_only_without_collateral(step: Step) -> str:
    """A deficit is only booked for a wallet in which nothing is left that has a price."""
    priced: dict[Wallet, set[str]] = {}
    for news in step.news:
        if news.entry.kind == "liquidation":
            priced[news.entry.wallet] = set(news.entry.facts["prices"])
        if news.entry.kind in ENDS:
            left = {coin: held.balance for coin, held in news.state.holdings(news.entry.wallet).items() if held.balance and coin in priced.get(news.entry.wallet, set())}
            if left:
                return f"entry {news.number}: {news.entry.kind} of {news.entry.wallet.owner} {news.entry.wallet.name}, which still holds {left}"
    return ""


def the_fund_moves_by_fees_and_deficits(step: Step) -> str:
    """Only liquidation fees come into the insurance fund, and only deficits leave it."""
    for news in step.news:
        for account, asset, amount in news.entry.postings:
            if account == INSURANCE and (news.entry.kind not in FUNDED or (amount > 0) != (news.entry.kind == "liquidation_fee")):
                return f"entry {news.number}: {news.entry.kind} moves {amount} {asset}"
            if account == CLAIMS and not news.entry.kind.startswith("liquidation_loan"):
                return f"entry {news.number}: {news.entry.kind} changes a liquidation loan"
    return ""


def the_takeover_desk_is_empty(step: Step) -> str:
    """Of a wallet that was taken over nothing stays with the house but its fee (LIQ-4)."""
    left = {coin: units for (owner, _, bucket, coin), units in step.balances.items() if owner == "house" and bucket == "takeover"}
    return str(left) if left else ""


LAWS = (
    no_fault_of_ours,
    time_runs_forward,
    every_coin_sums_to_nothing,
    nothing_below_zero,
    a_refusal_leaves_no_trace,
    no_request_makes_unhealthy,
    nothing_sellable_under_liquidation,
    what_left_margin_is_gone,
    a_liquidation_takes_what_it_needs,
    a_deficit_only_without_collateral,
    the_fund_moves_by_fees_and_deficits,
    the_takeover_desk_is_empty,
)
