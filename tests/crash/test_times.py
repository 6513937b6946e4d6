"""Clocks that jump, and machines whose zones differ: an account's time runs forward, in UTC."""

import os
import time

import pytest
from rooms import DONE, MINUTE, ROUNDS, Room, seeded

from margincli.cli import clock
from margincli.ledger import reading

pytestmark = pytest.mark.slow
DAY = 24 * 60 * MINUTE


def test_a_clock_that_jumps(tmp_path):
    """Back: what would lie before the last entry is refused and nothing is written. Ahead: the account waits there for the clock."""
    chance, room = seeded(), Room(tmp_path).begin()
    real = latest = room.now
    refused = 0
    for _ in range(30 * ROUNDS):
        real += chance.randrange(90) * MINUTE
        told = real + chance.choice([0, 0, 0, -MINUTE, -3 * 60 * MINUTE, -400 * DAY, 2 * 60 * MINUTE, DAY])
        ref = room.ref()

        def jump(told=told):
            clock.now = lambda: told

        said = room.run(*chance.choice(["deposit USDT 5", "accrue", "trade buy BTCUSDT 0.001 --borrow"]).split(), ref=ref, before=jump)
        if told < latest:
            assert said.code == 3 and "time_reversed" in said.out and not room.knows(ref)
            refused += 1
        else:
            assert said.code == DONE or (said.code == 3 and "time_reversed" not in said.out), said
            latest = max(latest, told) if said.code == DONE else latest
    room.holds()
    with reading(room.ledger) as session:
        assert session.settled_to("main") == latest
    assert refused


def test_zones_and_daylight_saving(tmp_path):
    """The same commands, each in another zone, over the nights in which clocks are changed, make the same books."""
    chance = seeded()
    zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "Pacific/Apia"]
    nights = [1_743_292_800_000 + 30 * MINUTE * n for n in range(5)] + [1_761_436_800_000 + 30 * MINUTE * n for n in range(5)]  # Berlin, 2025-03-30 and 2025-10-26
    heads = []
    for turn in range(1 + ROUNDS):
        (tmp_path / str(turn)).mkdir()
        room = Room(tmp_path / str(turn)).begin()
        for night in nights:

            def move(zone=chance.choice(zones) if turn else "UTC"):
                os.environ["TZ"] = zone
                time.tzset()

            for number, words in enumerate(("accrue", "deposit USDT 5", "price set BTCUSDT 61000")):
                assert room.run(*words.split(), ref=f"{night}-{number}", at=night, before=move).code == DONE
        room.holds()
        with reading(room.ledger) as session:
            heads.append(session.head())
    assert len(set(heads)) == 1
