"""The judgement of one wallet at one moment: alerts, top-ups, margin calls and liquidations (THR-8, CALL-*, TOP-*, LIQ-1).

Prices move from where they stood to where they are; what a bar triggers on the way happens at the price that meets it.
"""

from decimal import Decimal
from typing import Callable

from .alarms import Alarm, alarms
from .journal import Change, Entry, Wallet
from .liquidation import deficit_of, liquidate
from .market import Prices
from .money import ONE, PLACES, PRICE_PLACES, ZERO, charge_up_quotient, plain, ratio
from .risk import health, level, shown, spare
from .schemes import scheme_of
from .topup import top_up
from .world import World, chain


TWO = Decimal(2)


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
        bands = scheme_of(world, wallet).bands(world, wallet)
        there = level(world.pinned(target), wallet)
        found = alarms(world, wallet, bands)
        steps = [lambda now, a=alarm, at=there: sound(now, wallet, a, at, start, target) for alarm in found if alarm.bar > bands.margin_call_at]
        if bands.calls(there) and (there > bands.liquidation_at or start is not target):
            steps.append(lambda now: top_up(now.pinned(target), wallet, bands))
        world, early = chain(world, *steps)
        there = level(world.pinned(target), wallet)
        steps = [lambda now, a=alarm, at=there: sound(now, wallet, a, at, start, target) for alarm in found]  # a level that came back ends what rang
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
    """Where on the straight way from `start` to `target` the level first stands at `bar`, rounded towards `target`: at or just past it."""

    def above(prices: Prices) -> Decimal:
        return spare(world.pinned(prices), wallet, bar)

    if start is target or above(start) <= 0:
        return start
    for stop in [*stops(world, wallet, start, target), target]:
        if above(stop) <= 0:
            return _meeting(above, start, stop)
        start = stop
    return target


def _meeting(above: Callable[[Prices], Decimal], start: Prices, target: Prices) -> Prices:
    """Between a point above the bar and one that is not. Straight where the level is a straight line; where tiers bend it, that
    falls short, and the rest is halved until two prices are the smallest unit apart (PRO-3)."""
    from_bar, to_bar = above(start), above(target)
    met = along(start, target, from_bar, from_bar - to_bar)
    if above(met) <= 0:
        return met
    while (middle := along(met, target, ONE, TWO)) != target:
        met, target = (middle, target) if above(middle) > 0 else (met, middle)
    return target


def along(start: Prices, target: Prices, part: Decimal, whole: Decimal, places: int = PLACES) -> Prices:
    """The prices `part / whole` of the way, each rounded towards `target`."""
    prices = {}
    for asset, end in target.items():
        begin = start.get(asset, end)
        way = charge_up_quotient(abs(end - begin) * part, whole, places)
        prices[asset] = max(end, begin - way) if end < begin else min(end, begin + way)
    return prices


def stops(world: World, wallet: Wallet, start: Prices, target: Prices) -> list[Prices]:
    """Where on the way the loss of an open order bends (PRO-7): between two such points the level does not fall and rise again."""
    found = []
    for asset, worth, amount in scheme_of(world, wallet).measure.bends(world, wallet):
        begin, end = start.get(asset), target.get(asset)
        if begin is not None and end is not None and (begin * amount < worth) != (end * amount < worth):
            part, whole = abs(worth - begin * amount), abs(end - begin) * amount
            found.append((ratio(part, whole), part, whole))
    return [along(start, target, part, whole, PRICE_PLACES) for _, part, whole in sorted(found)]


def sound(world: World, wallet: Wallet, alarm: Alarm, there: Decimal, start: Prices, target: Prices) -> list[Entry]:
    """CALL-1, CALL-2: heard when the level meets the bar and every so often while it stays; over when it is above."""
    heard_at = alarm.heard_at(world, wallet)
    if not alarm.rings(there):
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
