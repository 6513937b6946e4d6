"""The judgement of one wallet at one moment: alerts, top-ups, margin calls and liquidations (THR-8, CALL-*, TOP-*, LIQ-1).

Prices move from where they stood to where they are; what a bar triggers on the way happens at the price that meets it.
"""

from decimal import Decimal
from typing import NamedTuple

from .interest import HOUR
from .journal import Change, Entry, Wallet
from .liquidation import deficit_of, liquidate
from .market import Prices
from .money import ZERO, charge_up_quotient, plain
from .risk import exposure, health, level, shown
from .schemes import Bands, scheme_of
from .topup import top_up
from .world import World, chain


HEARD = ("alerted_at", "called_at", "pre_liquidated_at")  # the settings by which a wallet knows what it heard


class Alarm(NamedTuple):
    """A bar that makes itself heard when the level falls to it, and again while it stays there (CALL-1 to CALL-3).

    `key` is the wallet's setting that holds when it was last heard, `every` the ms until it is heard again.
    """

    key: str
    kind: str
    bar: Decimal
    every: int

    def heard_at(self, world: World, wallet: Wallet) -> int:
        """When it was last heard, 0 while the level is above the bar."""
        return int(world.state.setting(wallet, self.key) or 0)


def alarms(world: World, wallet: Wallet, bands: Bands) -> tuple[Alarm, ...]:
    """The user's own alert where one is set (CALL-3), the margin call, and pre-liquidation where there is such a state (THR-7).

    The higher bar is passed first. A state that a change of the rules took away is still to be ended.
    """
    every, setting = int(world.rules.leaf("call.remind_every_hours")) * HOUR, world.state.setting
    found = [Alarm("called_at", "margin_call", bands.margin_call_at, every)]
    if bands.pre_liquidation_at or setting(wallet, "pre_liquidated_at"):
        found.append(Alarm("pre_liquidated_at", "pre_liquidation", bands.pre_liquidation_at, every))
    own = setting(wallet, "alert_at")
    if own and Decimal(own) > bands.margin_call_at:
        found.insert(0, Alarm("alerted_at", "margin_alert", Decimal(own), int(setting(wallet, "alert_hours")) * HOUR))
    return tuple(found)


def judge(world: World, wallet: Wallet, before: Prices, corners: tuple[Prices, ...], now: Prices) -> tuple[World, list[Entry]]:
    """First on the way from `before` to the worse of the corners a candle knew, then at the prices now."""
    entries: list[Entry] = []
    path = [(before, worse_corner(world, wallet, corners))] if corners else []
    for start, target in (*path, (now, now)):
        world, found = travel(world, wallet, start, target)
        entries += found
    return world, entries


def worse_corner(world: World, wallet: Wallet, corners: tuple[Prices, ...]) -> Prices:
    """Of the scenarios the one with the lower level; coins move together, so a hedge is not torn apart."""
    return min(corners, key=lambda prices: level(world.pinned(prices), wallet))


def travel(world: World, wallet: Wallet, start: Prices, target: Prices) -> tuple[World, list[Entry]]:
    """Move prices from `start` to `target`: sound the alert, top up, call, liquidate, as often as it takes (THR-8).

    On a way that passes the call level first, spot coins have moved in before the liquidation level is met; a price that
    jumps there is too quick for them (TOP-6).
    """
    entries: list[Entry] = []
    while world.state.owes(wallet) and not deficit_of(world.pinned(target), wallet):
        bands = scheme_of(wallet).bands(world, wallet)
        there = level(world.pinned(target), wallet)
        found = alarms(world, wallet, bands)
        steps = [lambda now, a=alarm, at=there: sound(now, wallet, a, at, start, target) for alarm in found if alarm.bar > bands.margin_call_at]
        if there <= bands.margin_call_at and (there > bands.liquidation_at or start is not target):
            steps.append(lambda now: top_up(now.pinned(target), wallet, bands))
        world, early = chain(world, *steps)
        there = level(world.pinned(target), wallet)
        steps = [lambda now, a=alarm, at=there: sound(now, wallet, a, at, start, target) for alarm in found if alarm.bar <= bands.margin_call_at]
        world, called = chain(world, *steps)
        entries += early + called
        if there > bands.liquidation_at:
            break
        start = crossing(world, wallet, start, target, bands.liquidation_at)
        _, found = liquidate(world.pinned(start), wallet, bands.stop_above, "level")
        if not any(entry.postings for entry in found):  # nothing that can be sold
            break
        world, entries = world.after(found), entries + found
    return world, entries


def crossing(world: World, wallet: Wallet, start: Prices, target: Prices, bar: Decimal) -> Prices:
    """Where on the straight way from `start` to `target` the level first stands at `bar`, rounded towards `target`."""
    from_bar, to_bar = (_above(world.pinned(prices), wallet, bar) for prices in (start, target))
    if from_bar <= 0 or start is target:
        return start
    prices = {}
    for asset, end in target.items():
        begin = start.get(asset, end)
        way = charge_up_quotient(abs(end - begin) * from_bar, from_bar - to_bar)
        prices[asset] = max(end, begin - way) if end < begin else min(end, begin + way)
    return prices


def _above(world: World, wallet: Wallet, bar: Decimal) -> Decimal:
    total = exposure(world, wallet)
    return total.total_asset - bar * total.total_liability


def sound(world: World, wallet: Wallet, alarm: Alarm, there: Decimal, start: Prices, target: Prices) -> list[Entry]:
    """CALL-1, CALL-2: heard when the level meets the bar and every so often while it stays; over when it is above."""
    heard_at = alarm.heard_at(world, wallet)
    if there > alarm.bar:
        over = {"level": shown(there), "bar": plain(alarm.bar)}
        return [Entry(world.now, f"{alarm.kind}_over", wallet, "", ZERO, (), (Change(wallet, alarm.key, ""),), over)] if heard_at else []
    if heard_at and world.now < heard_at + alarm.every:
        return []
    current = health(world.pinned(crossing(world, wallet, start, target, alarm.bar)), wallet)
    facts = {
        "level": shown(current.level),
        "bar": plain(alarm.bar),
        "liquidation_at": plain(current.bands.liquidation_at),
        "reminder": "yes" if heard_at else "no",
    }
    return [Entry(world.now, alarm.kind, wallet, "", ZERO, (), (Change(wallet, alarm.key, str(world.now)),), facts)]
