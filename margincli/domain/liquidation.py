"""Liquidation (LIQ-*): set off, sell, repay, until the stop level is passed or nothing is left; fee and deficit (FUND-*).

One procedure for the forced and the asked-for. Everything is priced by the snapshot taken at its start: the caller pins
the market at the moment that triggered it.
"""

from decimal import Decimal

from .journal import EXCHANGE, INSURANCE, Account, Change, Entry, Wallet, move
from .loan import lend_on
from .money import ONE, PRICE_PLACES, ZERO, charge_up_quotient, give_down_quotient, plain, unit
from .orders import end, open_orders
from .risk import LIQUIDATION, exposure, health, shown
from .schemes import collateral_value, scheme_of
from .steps import pay_down
from .takeover import is_taken_over, take_over
from .tiers import top_rate
from .world import World


def liquidate(world: World, wallet: Wallet, stop_above: Decimal | None, reason: str) -> tuple[World, list[Entry]]:
    """Liquidate `wallet` at the world's prices.

    With `stop_above` it ends as soon as the level is above that (LIQ-3, LIQ-6); with None all debts are to be ended
    (LIQ-11). What is left after debts and fee stays in the wallet (LIQ-7). A large wallet is taken over whole (LIQ-4),
    unless its owner asked.
    """
    run = _Run(world, wallet, stop_above, reason)
    run.begin()
    if stop_above is not None and is_taken_over(world, wallet):
        run.book(take_over(run.world, wallet, run.fee_rate, run.keep))
    else:
        run.set_off()
        run.sell()
        run.take_fee()
    run.cover_deficit()
    return run.world, run.entries


def settle_deficit(world: World, wallet: Wallet) -> tuple[World, list[Entry]]:
    """FUND-2, FUND-4: the insurance fund pays what a bankrupt wallet still owes, and it starts afresh."""
    run = _Run(world, wallet, None, "review")
    run.fund_pays()
    return run.world, run.entries


def deficit_of(world: World, wallet: Wallet) -> Decimal:
    """The debt in USDT of a wallet that has nothing left, 0 while it has anything (FUND-1)."""
    total = exposure(world, wallet)
    return ZERO if total.total_asset else total.total_liability


def fee_rate(world: World, wallet: Wallet) -> Decimal:
    """LIQ-8: the share of the value liquidated; before 2024-08-12 by tier in isolated: a share of its liquidation ratio less 1."""
    scheme, number = scheme_of(world, wallet), world.rules.number
    return number(scheme.fee_rule) + number(f"{scheme.fee_rule}_by_tier", "0") * (scheme.bands(world, wallet).liquidation_at - ONE)


class _Run:
    """One liquidation under way: the world so far, its entries, and the value sold or set off (the fee's base, LIQ-8)."""

    def __init__(self, world: World, wallet: Wallet, stop_above: Decimal | None, reason: str):
        self.world, self.wallet, self.stop_above, self.reason = world, wallet, stop_above, reason
        self.entries: list[Entry] = []
        self.liquidated = ZERO
        rules = world.rules
        self.scheme = scheme_of(world, wallet)
        self.fee_rate = fee_rate(world, wallet)
        self.keep = ONE - rules.number("liquidation.slippage")
        self.free = Account(wallet, "free")

    def book(self, entries: list[Entry]) -> None:
        self.world = self.world.after(entries)
        self.entries += entries

    def begin(self) -> None:
        """LIQ-2: open orders expire, and the snapshot is taken. A standing margin call ends here: the next fall is a new one."""
        for order in open_orders(self.world.state, self.wallet):
            self.book(end(self.world, self.wallet, order, "EXPIRED"))
        current, state = health(self.world, self.wallet), self.world.state
        facts = {
            "reason": self.reason,
            "level": shown(current.level),
            "bar": plain(current.bands.liquidation_at),
            "stop_above": plain(self.stop_above) if self.stop_above else "",
            "prices": self.prices(),
            "total_asset_usdt": shown(current.exposure.total_asset),
            "total_liability_usdt": shown(current.exposure.total_liability),
        }
        changes = tuple(Change(self.wallet, key, "") for key in ("called_at", "pre_liquidated_at") if state.setting(self.wallet, key))
        self.book([Entry(self.world.now, "liquidation", self.wallet, "", ZERO, (), changes, facts)])

    def prices(self) -> dict[str, str]:
        held = ((asset, self.world.value_usdt(asset)) for asset in self.world.state.holdings(self.wallet))
        return {asset: plain(price) for asset, price in held if price is not None}

    # --- how much ---

    def missing(self) -> Decimal:
        """By how much, in USDT, the wallet falls short of the stop level once the fee on all that was ended is paid; below 0 when done."""
        total = exposure(self.world, self.wallet)
        if self.stop_above is None:
            return total.total_liability
        return self.fee_rate * self.liquidated - total.spare(self.stop_above)

    def need_of(self, owed: str, sold: str) -> Decimal:
        """LIQ-6, PRO-11: how much of an owed coin to end by selling another; rounded up so that the stop is passed, not just met (LIQ-3).

        By the rates of the slices that go first, of the debt and of what is sold. They are the ones that bring the level up most,
        so a step through several tiers falls short, never too far, and the next one goes on from there.
        """
        rules, holdings, measure = self.world.rules, self.world.state.holding, self.scheme.measure
        debt, price = holdings(self.wallet, owed).debt, self.price(owed)
        if self.stop_above is None:
            return debt
        share = top_rate(measure.counts(self.world, sold), holdings(self.wallet, sold).balance * self.price(sold))
        cost = charge_up_quotient(share + self.fee_rate, self.keep, PRICE_PLACES)  # of ending a debt of 1: what is sold for it, and the fee on that
        reach = measure.owes + self.stop_above * top_rate(measure.weighs(rules, owed), debt * price) - cost
        if reach <= 0:  # it eats what ending a debt frees: only ending all of it helps
            return debt
        return min(debt, charge_up_quotient(self.missing() + self.rounded_away(), reach * price, rules.scale(owed)))

    def rounded_away(self) -> Decimal:
        """The most that sales and fee can lose to rounding: one smallest unit of every coin of the wallet, in USDT."""
        return sum((self.price(asset) * unit(self.world.rules.scale(asset)) for asset in self.world.state.holdings(self.wallet)), ZERO)

    def debts(self) -> list[tuple[Decimal, str]]:
        """What is owed, (value in USDT, coin), the largest first (LIQ-5), of equals the first by name."""
        owed = ((h.debt * self.price(a), a) for a, h in self.world.state.holdings(self.wallet).items() if h.debt and self.price(a))
        return sorted(owed, key=lambda item: -item[0])

    def assets(self) -> list[tuple[Decimal, str]]:
        """What is held, (collateral value, coin), the largest first (LIQ-5), of equals the first by name."""
        tiers = self.scheme.tiers
        held = ((h.free * self.price(a), a) for a, h in self.world.state.holdings(self.wallet).items() if h.free and self.price(a))
        return sorted(((collateral_value(tiers(self.world, a, LIQUIDATION), value), a) for value, a in held), key=lambda item: -item[0])

    def price(self, asset: str) -> Decimal:
        return self.world.value_usdt(asset) or ZERO

    # --- the steps ---

    def set_off(self) -> None:
        """LIQ-5 (1): each debt is first paid with the same coin held."""
        for _, asset in self.debts():
            while self.missing() >= 0 and (amount := min(self.need_of(asset, asset), self.world.state.balance(self.free, asset))):
                self.liquidated += amount * self.price(asset)
                self.repay(asset, amount)

    def repay(self, asset: str, amount: Decimal) -> None:
        self.book(pay_down(self.world, self.wallet, asset, amount, self.free, "liquidation_repay"))

    def sell(self) -> None:
        """LIQ-5 (2): sell the most valuable coin for the largest debt, again and again, until nothing is needed or left."""
        while self.missing() >= 0:
            debts, assets = self.debts(), self.assets()
            if not debts or not assets:
                return
            self.sell_for(assets[0][1], debts[0][1])

    def sell_for(self, held: str, owed: str) -> None:
        """Sell as much of `held` as buys what is needed of `owed`, or all of it: sold up, bought down."""
        rules, worth = self.world.rules, self.price(held) * self.keep
        wanted = charge_up_quotient(self.need_of(owed, held) * self.price(owed), worth, rules.scale(held))
        sold = min(wanted, self.world.state.balance(self.free, held))
        got = give_down_quotient(sold * worth, self.price(owed), rules.scale(owed))
        postings = move(held, sold, self.free, EXCHANGE)
        if got:
            postings += move(owed, got, EXCHANGE, self.free)
        facts = {"sold": held, "qty": plain(sold), "for": owed, "got": plain(got)}
        self.liquidated += sold * self.price(held)
        self.book([Entry(self.world.now, "liquidation_sell", self.wallet, held, sold, postings, (), facts)])
        self.repay(owed, min(got, self.world.state.holding(self.wallet, owed).debt))

    def take_fee(self) -> None:
        """LIQ-8: on the value liquidated, by the snapshot, out of what is left after the debts, into the insurance fund (FUND-1)."""
        due = self.liquidated * self.fee_rate  # never makes the user owe: where the stop is not reached no debt is left
        for _, asset in self.assets():
            if due <= 0:
                return
            amount = min(charge_up_quotient(due, self.price(asset), self.world.rules.scale(asset)), self.world.state.balance(self.free, asset))
            due -= amount * self.price(asset)
            facts = {"rate": plain(self.fee_rate), "base_usdt": shown(self.liquidated), "value_usdt": shown(amount * self.price(asset))}
            self.book([Entry(self.world.now, "liquidation_fee", self.wallet, asset, amount, move(asset, amount, self.free, INSURANCE), (), facts)])

    def cover_deficit(self) -> None:
        """What the sale did not cover is borne as the rule book says for this kind of wallet."""
        if deficit := deficit_of(self.world, self.wallet):
            way = self.world.rules.leaf(f"liquidation.deficit_{self.wallet.mode}", "fund")
            DEFICITS[way](self, deficit)

    def fund_or_review(self, deficit: Decimal) -> None:
        """FUND-1, FUND-2: the fund pays a small deficit at once; a larger one waits for review."""
        btc = self.world.value_usdt("BTC")
        most = self.world.rules.number("liquidation.fund_pays_up_to_btc")
        if btc is not None and deficit <= most * btc:
            self.fund_pays()
            return
        facts = {"deficit_usdt": shown(deficit), "fund_pays_up_to_btc": plain(most)}
        self.book([Entry(self.world.now, "deficit_review", self.wallet, "", ZERO, (), (), facts)])

    def fund_pays(self) -> None:
        for value, asset in self.debts():
            owed = self.world.state.holding(self.wallet, asset).debt
            self.book(pay_down(self.world, self.wallet, asset, owed, INSURANCE, "deficit", value_usdt=shown(value)))

    def lend(self, deficit: Decimal) -> None:
        """FUND-5: the user goes on owing it, as a liquidation loan."""
        for value, asset in self.debts():
            self.book([lend_on(self.world, self.wallet, asset, value)])


DEFICITS = {"fund": _Run.fund_or_review, "loan": _Run.lend}  # who bears it: the insurance fund, or the user later
