"""Recorded and documented accounts: what the exchange showed has to come out of its own figures."""

import csv
import json
from decimal import Decimal as D

import pytest
from worlds import at, wallet, world

from margincli import account, desk, quotes, records
from margincli.domain.chart import Point
from margincli.domain.interest import HOUR
from margincli.domain.journal import Wallet
from margincli.domain.market import index_price
from margincli.domain.operations import decide
from margincli.domain.operations.activate import Activate
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.deposit import Deposit
from margincli.domain.operations.transfer import Transfer
from margincli.domain.risk import health
from margincli.domain.walk import settle

UNIT = D("0.00000001")
BTC = D(20000)  # what BTC costs in worlds.py; ratios do not depend on it (ML-3)


@pytest.fixture(scope="module")
def accounts(shared):
    return shared / "data" / "accounts"


def read(path):
    return json.loads(path.read_text())


# --- levels ---


def require_totals(found, shown, tolerance):
    total = found.exposure
    for mine, theirs in ((total.total_asset, "totalAssetOfBtc"), (total.total_liability, "totalLiabilityOfBtc"), (total.net_asset, "totalNetAssetOfBtc")):
        if theirs in shown:
            assert abs(mine / BTC - D(shown[theirs])) <= tolerance, theirs


def test_the_documented_cross_account(accounts):
    """0.004995 BTC, and 2,346.5 BNB of which 201.66666672 are owed. One price of BNB fits the total of assets,
    (6.82728457 - 0.004995) / 2346.5 = 0.002907432162795653 BTC; the other totals and the level then follow (ML-1, ML-4)."""
    shown = read(accounts / "cross_documented_11.64.json")["response"]
    rows = {row["asset"]: f"{row['free']}+-{row['borrowed']}" if D(row["borrowed"]) else row["free"] for row in shown["userAssets"]}
    found = health(world(prices={"BNBUSDT": None, "BNBBTC": "0.002907432162795653"}, cross=rows), wallet())
    require_totals(found, shown, UNIT)
    assert abs(found.level - D(shown["marginLevel"])) <= D("0.000001")
    for row in shown["userAssets"]:
        assert world(cross=rows).state.holding(wallet(), row["asset"]).net_asset == D(row["netAsset"])
    assert shown["borrowEnabled"] and shown["tradeEnabled"] and shown["transferEnabled"]
    assert found.allows == ("trade", "borrow", "transfer_out")


def test_the_recorded_cross_account(accounts):
    """The user cut the liability short; it is asset less net asset. Each of the two is off by half a unit at most, the
    liability by one: of 0.00177299 that is 5.64e-6, so of the level (1 + 1.97 of a unit over L) 1.4e-5."""
    shown = read(accounts / "cross_recorded_1.97_totals.json")["response"]
    owed = D(shown["totalAssetOfBtc"]) - D(shown["totalNetAssetOfBtc"])
    assert shown["totalLiabilityOfBtc_truncated_by_user"] == str(owed)[:6]
    found = health(world(cross={"BTC": f"{shown['totalAssetOfBtc']}+-{owed}"}), wallet())
    require_totals(found, shown, 0)
    assert abs(found.level - D(shown["marginLevel"])) <= D("0.000014")
    assert found.band == "NORMAL" and "transfer_out" not in found.allows  # under 2


def test_the_recorded_isolated_account_without_debt(accounts, tmp_path):
    """The whole way: deposit, activation, transfer; `status` then shows what the exchange showed (ML-5)."""
    recorded = read(accounts / "isolated_recorded_1INCH_no_debt.json")
    (shown,) = recorded["response"]["assets"]
    free = shown["quoteAsset"]["free"]
    call = desk.Call(tmp_path / "ledger.db", "main", at(recorded["time_utc"].replace("Z", ":00Z")))
    quotes.price_set(call, shown["symbol"], D(shown["indexPrice"]), None, None)
    desk.perform(call, Deposit("USDT", D(free)))
    isolated = Wallet("main", "isolated", shown["symbol"])
    desk.perform(call, Activate(isolated, None, "DE", "accepted", records.quiz_key(), records.quiz_key()))
    desk.perform(call, Transfer("USDT", D(free), Wallet("main", "spot"), isolated))
    (found,) = [row for row in account.status(call)["wallets"] if row["wallet"] == f"isolated:{shown['symbol']}"]
    assert (found["margin_level"], found["status"], found["leverage"]) == (shown["marginLevel"], shown["marginLevelStatus"], shown["marginRatio"])
    assert (found["liquidation_prices"], found["distance"]) == ({}, {})  # the exchange writes 0
    assert (found["total_asset_usdt"], found["net_asset_usdt"]) == (shown["quoteAsset"]["totalAsset"], shown["quoteAsset"]["netAsset"])
    assert found["balances"] == [{"asset": "USDT", "free": free, "locked": "0", "borrowed": "0", "interest": "0", "net_asset": free}]
    assert set(found["allows"]) == {"trade", "borrow", "transfer_out"}


# --- interest ---


def test_recorded_rows_of_interest(accounts):
    """INT-4, INT-5, INT-11: each row as the exchange booked it, from its principal and daily rate alone."""
    with open(accounts / "interest_rows.csv", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 5
    for row in rows:
        mode, _, symbol = row["account"].partition(" ")
        name = f"{mode}:{symbol}" if symbol else mode
        charged_at = at(row["accrued_utc"].replace("Z", ":00Z"))
        held = {f"{symbol.removesuffix('USDT')}" if symbol else "BTC": "10000"}
        here = {"prices": {symbol: "300"} if symbol else {}, "rates": {(mode, row["asset"]): [("2020-01-01", row["daily_rate"])]}}
        if "ON_BORROW" in row["source"]:
            before = world(now=charged_at, **here, **{name.replace(":", "_"): held})
            after, entries = decide(before, Borrow(wallet(name), row["asset"], D(row["principal"])))
            kind = "ON_BORROW"
        else:
            before = world(now=charged_at - HOUR // 2, **here, **{name.replace(":", "_"): {**held, row["asset"]: "-" + row["principal"]}})
            after, entries = settle(before.at(charged_at), before.now)
            kind = "PERIODIC"
        booked = entries[-1]
        assert (booked.at, booked.amount, booked.facts["type"], booked.facts["hours"]) == (charged_at, D(row["interest"]), kind, 1), row
        assert after.state.holding(wallet(name), row["asset"]).interest == D(row["interest"])


def test_two_hours_do_not_bear_interest_on_interest(accounts):
    with open(accounts / "interest_rows.csv", newline="") as lines:
        first, second = list(csv.DictReader(lines))[:2]
    before = world(now="2022-03-31T03:59:59Z", prices={"GALAUSDT": "0.05"}, rates={("isolated", "USDT"): [("2020-01-01", first["daily_rate"])]},
                   isolated_GALAUSDT={"GALA": "1000", "USDT": "-" + first["principal"]})  # fmt: skip
    after, (entry,) = settle(before.at(at("2022-03-31T05:00:00Z")), before.now)
    assert (entry.facts["hours"], entry.facts["charge"], entry.facts["principal"]) == (2, second["interest"], second["principal"])
    assert after.state.holding(wallet("isolated:GALAUSDT"), "USDT").interest == D(first["interest"]) + D(second["interest"])


def test_a_dust_debt_pays_the_least_unit_an_hour(accounts):
    """0.00011146 USDT: at any rate up to 0.215% a day an hour costs 0.00000001; four hours took 0.00000193 to 0.00000197."""
    recorded = read(accounts / "papi_recorded_2024-02-16.json")["snapshots"]
    (first,), (later,) = (snapshot["balance"] for snapshot in recorded)
    owed = f"{first['crossMarginFree']}+-{first['crossMarginBorrowed']}/{first['crossMarginInterest']}"
    for rate in ("0.0001", "0.0006", "0.00215"):
        before = world(now=recorded[0]["time_utc"], rates={("cross", "USDT"): [("2024-01-01", rate)]}, cross={"USDT": owed})
        hours = [settle(before.at(before.now + hour * HOUR), before.now)[0].state.holding(wallet(), "USDT") for hour in range(5)]
        assert [str(held.interest - hours[0].interest) for held in hours[1:]] == ["1E-8", "2E-8", "3E-8", "4E-8"]
        assert (hours[4].borrowed, hours[4].interest, hours[4].free) == tuple(D(later[f"crossMargin{part}"]) for part in ("Borrowed", "Interest", "Free"))


# --- index ---


def test_the_index_of_a_recorded_moment(shared):
    """IDX-2 on seven exchanges; the weights add up to 1.00000001, so the mean divides by that."""
    recorded = read(shared / "data" / "index" / "constituents_BTCUSDT_2025-04-23.json")
    rows = recorded["response"]["constituents"]
    points = [Point(recorded["response"]["time"], D(row["price"]), volume=D(row["weight"])) for row in rows]
    assert index_price(points) == D(recorded["derived_by_us"]["weighted_price_over_sum"])
