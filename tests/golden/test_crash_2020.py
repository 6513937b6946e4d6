"""The crash of March 2020 on the real candles, through real processes of the command line.

Four accounts live through it: `main` long BTC in cross at 3x, `iso` long in an isolated BTCUSDT wallet at 10x, `both` long
BTC and ETH in cross at 3x, `short` short BTC in cross at 5x through the rebound. One ledger is swept every hour, another
is brought up to date once, at the end. What has to happen is reckoned apart from the program, in oracle.py, and worked
out by hand for the first liquidations below. USDT costs 0.0006 a day, from 2020-03-12 00:00 on 0.0011; BTC 0.0002.
"""

import sqlite3
from contextlib import closing
from fractions import Fraction as F

import pytest
from crash import BEGIN, END, LIVES, REBOUND, Stage, lived, ms, read_klines

from margincli import records


@pytest.fixture(scope="module")
def klines(shared):
    return read_klines(shared / "data" / "klines" / "2020-03")


@pytest.fixture(scope="module")
def stages(klines, margincli, tmp_path_factory, request):
    """(swept every hour, brought up to date once, as it was before the crash)."""
    hourly = Stage(margincli, tmp_path_factory.mktemp("crash") / "hourly.db", request.path.parents[1] / "answers.json")
    hourly.open_longs(klines)
    once, before = hourly.copy("once.db"), hourly.copy("before.db")
    hourly.sweep_hourly(BEGIN, REBOUND)
    hourly.open_short()
    hourly.sweep_hourly(REBOUND, END)
    once.open_short()
    once.say(END, "liquidate")
    return hourly, once, before


@pytest.fixture(params=["hourly", "once"])
def stage(request, stages):
    return stages[request.param == "once"]


def story(entries):
    """Calls and liquidations in order, as the oracle tells them: (time, kind, figures)."""
    told = []
    for entry in entries:
        facts, amount = entry["facts"], F(entry["amount"] or 0)
        figures = told[-1][2] if told else {}
        if entry["kind"] in ("margin_call", "margin_call_over", "liquidation"):
            told.append((ms(entry["at"]), entry["kind"], {**facts, "sold": {}, "fee": {}, "repaid": F(0), "got": F(0), "owed": ""}))
        elif entry["kind"] == "liquidation_sell":
            figures["sold"][facts["sold"]] = F(facts["qty"])
            figures["got"] += F(facts["got"])
        elif entry["kind"] == "liquidation_repay":
            figures["repaid"] += amount
            figures["owed"] = entry["asset"]
        elif entry["kind"] == "liquidation_fee":
            figures["fee"][entry["asset"]] = amount
    for _, _, figures in told:
        if figures["repaid"] > figures["got"]:  # set off with the same coin held
            figures["sold"][figures["owed"]] = figures["repaid"] - figures["got"]
    return told


def require_near(coin, got, expected, spare, price=F(5000)):
    """Within what rounding may do: see Book.spare. `price` is what BTC stands at, at least."""
    assert abs(F(got) - F(expected)) <= (spare * price if coin == "USDT" else spare), (coin, float(got), float(expected))


def require_liquidation(mine, theirs, spare):
    prices, btc = theirs["prices"], theirs["prices"]["BTC"]
    for coin, price in mine["prices"].items():  # a price hangs on amounts that earlier roundings moved
        assert abs(F(price) / prices[coin] - 1) <= spare * btc / theirs["assets"], (coin, price, float(prices[coin]))
    for part in ("sold", "fee"):
        for coin in mine[part].keys() | theirs[part].keys():
            require_near(coin, mine[part].get(coin, 0), theirs[part].get(coin, 0), spare, btc)
    require_near(mine["owed"], mine["repaid"], theirs["repaid"], spare, btc)


# --- against the oracle ---


@pytest.mark.parametrize("account", LIVES)
def test_every_call_and_liquidation_is_the_oracles(account, stage, klines):
    """Moment, kind, level and price of each, what was sold, repaid and taken as fee; then what is left and owed."""
    life, told = lived(klines, account), story(stage.history(account))
    assert [(at, kind) for at, kind, _ in told] == [(at, kind) for at, kind, _ in life.told]
    for (_, kind, mine), (_, _, theirs) in zip(told, life.told):
        if kind == "margin_call":
            assert (mine["reminder"] == "yes") == theirs["reminder"]
        if kind == "liquidation":
            require_liquidation(mine, theirs, life.spare)
        if "level" in theirs:
            assert abs(F(mine["level"]) - theirs["level"]) <= F(1, 10**6)
    rows = stage.balances(account)
    for coin in rows.keys() | life.held.keys():
        row = rows.get(coin, {"free": 0, "borrowed": 0, "interest": 0})
        require_near(coin, row["free"], life.held.get(coin, 0), life.spare)
        require_near(coin, F(row["borrowed"]) + F(row["interest"]), life.debt(coin), life.spare)


@pytest.mark.parametrize("account", LIVES)
def test_a_liquidation_ends_just_above_its_stop_level(account, stages):
    """LIQ-3, LIQ-6, LIQ-8: by the journal's own postings, at the prices of the snapshot, the fee paid."""
    stop, sums, due, seen = LIVES[account][0]().stop, {}, None, 0
    for entry in [*stages[1].history(account), {"kind": "end", "postings": []}]:
        if due and not entry["kind"].startswith("liquidation_"):
            held = sum(F(due[coin]) * amount for (bucket, coin), amount in sums.items() if amount and bucket == "free")
            owed = -sum(F(due[coin]) * amount for (bucket, coin), amount in sums.items() if amount and bucket != "free")
            assert held >= stop * owed
            assert owed < 1 or held < (stop + F(1, 10**4)) * owed
            due, seen = None, seen + 1
        for posting in entry["postings"]:
            owner, bucket = posting["account"].partition(":")[0], posting["account"].rpartition(":")[2]
            if owner == account and ":spot:" not in posting["account"]:
                sums[bucket, posting["asset"]] = sums.get((bucket, posting["asset"]), F(0)) + F(posting["amount"])
        due = entry["facts"]["prices"] if entry["kind"] == "liquidation" else due
    assert seen


# --- by hand ---

CRASH_HOUR = "2020-03-12T10:59:59.999000Z"  # BTC 7,354.99 -> low 5,550; ETH 167.97 -> low 125


def pinned(stage, account, index, moment, prices, sold, repaid, fee):
    """One liquidation, within what rounding may do."""
    spare = LIVES[account][0]().spare
    at, _, figures = [event for event in story(stage.history(account)) if event[1] == "liquidation"][index]
    assert at == ms(moment)
    for coin, price in prices.items():
        assert abs(F(figures["prices"][coin]) - F(price)) <= F(1, 10**3)
    for part, expected in (("sold", sold), ("fee", fee)):
        assert figures[part].keys() == expected.keys()
        for coin, amount in expected.items():
            require_near(coin, figures[part][coin], amount, spare)
    require_near(figures["owed"], figures["repaid"], repaid, spare)
    return spare


def test_cross_long_is_liquidated_in_the_first_fall(stage):
    """48 hours at 19,854.290938 x 0.0006 / 24 = 0.49635728 (00:30 on the 10th to 23:00 on the 11th), 11 at 0.90998834:
    33.83502118. L = 19,888.12595918. Level 1.1 at (1.1 L - 196.577138) / 3.73626 = 5,802.69077021.
    y = (1.5 - 1.1) L / (0.5 - 0.02) = 5/6 L = 16,573.43829932: 196.577138 in USDT, the rest 2.82228742 BTC.
    Fee 0.02 y / 5,802.69077 = 0.05712329 BTC. Left 0.85684929 BTC and a debt of L / 6 = 3,314.68765986."""
    pinned(stage, "main", 0, CRASH_HOUR, {"BTC": "5802.69077021"}, {"USDT": "196.577138", "BTC": "2.82228742"}, "16573.43829932", {"BTC": "0.05712329"})


def test_and_again_the_night_after(stage):
    """15 hours (11:00 on the 12th to 01:00) at 3,314.68766 x 0.0011 / 24 = 0.15192319: L = 3,316.96650771. Level 1.1 at
    1.1 L / 0.85684929 = 4,258.2321 (low of 01:00: 4,082). 5/6 L = 2,764.13876 for 0.64912825 BTC, fee 0.01298257 BTC.
    Left 0.19473847 BTC; 552.82775 USDT owed, 23 hours more at 0.02533794. Next at 3,123: the low was 3,782.13."""
    again = {"BTC": "4258.2321"}
    spare = pinned(stage, "main", 1, "2020-03-13T01:59:59.999Z", again, {"BTC": "0.64912825"}, "2764.13876", {"BTC": "0.01298257"})
    rows = stage.balances("main")
    require_near("BTC", rows["BTC"]["free"], "0.19473847", spare)
    require_near("USDT", F(rows["USDT"]["borrowed"]) + F(rows["USDT"]["interest"]), F("552.82775") + 23 * F("0.02533794"), spare)
    assert len([entry for entry in stage.history("main") if entry["kind"] == "liquidation"]) == 2


def test_isolated_ten_times_goes_first(stage):
    """48 hours at 0.21302277, 7 at 0.39054175: L = 8,520.910753 + 12.95888521 = 8,533.86963821. Level 1.05 at
    (1.05 L - 84.365453) / 1.18881 = 7,466.45609233 (low of 06:00: 7,443.58). y = (1.111 - 1.05) / (0.111 - 0.02) L =
    5,720.50602122: 84.365453 USDT and 0.75486154 BTC, fee 0.01532322 BTC (ISO-1, LIQ-8)."""
    sold = {"USDT": "84.365453", "BTC": "0.75486154"}
    pinned(stage, "iso", 0, "2020-03-12T06:59:59.999Z", {"BTC": "7466.45609233"}, sold, "5720.50602122", {"BTC": "0.01532322"})
    in_the_crash = [e for e in stage.history("iso") if e["kind"] == "liquidation" and ms(e["at"]) == ms(CRASH_HOUR)]
    assert len(in_the_crash) == 5  # each leaves level 1.111, which another 5.5% down is 1.05 again


def test_two_coins_fall_together(stage):
    """Interest 0.12192864 + 0.36745294 + 47 x 0.48938158 + 11 x 0.89719955 = 33.35951089; L = 19,608.6223252.
    A is 25,967.35031 at the opens, 19,504.64741 at the lows, 1.1 L = 21,569.48456: met after 0.68049907 of the way, at BTC
    6,126.69537, ETH 138.72894. y = 5/6 L = 16,340.51860433: all USDT, all BTC (11,445.46), 34.23603796 ETH. Fee from ETH."""
    sold = {"USDT": "145.52591431", "BTC": "1.86813", "ETH": "34.23603796"}
    pinned(stage, "both", 0, CRASH_HOUR, {"BTC": "6126.69537", "ETH": "138.72894"}, sold, "16340.51860433", {"ETH": "2.35574763"})


def test_the_rebound_liquidates_the_short(stage):
    """3 hours (01:30, 02:00, 03:00) at 8.5 x 0.0002 / 24 = 0.00007084: 8.50021252 BTC. Level 1.1 at
    49,542.452965 / (1.1 x 8.50021252) = 5,298.52559552 (high of 03:00: 5,523.23). Repaid 0.15 / 0.23 of the debt,
    5.54361686 BTC, for 29,372.99583 USDT; fee 587.45991658. Left 19,581.99722 USDT against 2.95659566 BTC."""
    when, price = "2020-03-13T03:59:59.999Z", {"BTC": "5298.52559552"}
    pinned(stage, "short", 0, when, price, {"USDT": "29372.99583"}, "5.54361686", {"USDT": "587.45991658"})
    assert len([entry for entry in stage.history("short") if entry["kind"] == "liquidation"]) == 1


@pytest.mark.parametrize(("account", "price"), [("main", "5802.69077021"), ("iso", "7057.80035088")])
def test_the_price_announced_is_the_price_it_happens_at(account, price, stages):
    """LIQ-9: what `status` says half an hour into the hour of the crash, looking ahead at nothing."""
    announced = stages[2].wallet(account, "2020-03-12T10:30:00Z")["liquidation_prices"]["BTCUSDT"]
    assert abs(F(announced) - F(price)) <= F(1, 10**3)
    happened = [e["facts"]["prices"]["BTC"] for e in stages[0].history(account) if e["kind"] == "liquidation" and ms(e["at"]) == ms(CRASH_HOUR)]
    assert abs(F(happened[0]) - F(announced)) <= F(2, 10**8)


# --- both ledgers ---


def journal(stage, account):
    """The journal with interest hour by hour: how many hours one entry holds is all that may differ."""
    entries = [{**entry, "id": None} for entry in stage.history(account) if entry["kind"] != "interest"]
    hours = [{**row, "entry": None} for row in records.interest(stage.call(account), None, None, False)["rows"]]
    return entries, sorted(hours, key=lambda row: (row["at"], row["wallet"], row["asset"], row["principal"]))


@pytest.mark.parametrize("account", LIVES)
def test_once_a_week_and_once_an_hour_give_one_book(account, stages):
    hourly, once, _ = stages
    assert journal(hourly, account) == journal(once, account)
    assert hourly.wallet(account) == once.wallet(account)


def test_the_house_agrees_too_and_the_books_hold(stages, margincli):
    said = []
    for stage in stages[:2]:
        with closing(sqlite3.connect(stage.ledger)) as db:
            said.append(db.execute("SELECT * FROM balances_by_wallet").fetchall())
        assert margincli("check", "--ledger", str(stage.ledger))["ok"]
        insured = {asset: F(amount) for owner, _, bucket, asset, amount in said[-1] if (owner, bucket) == ("house", "insurance")}
        fees = [entry for account in LIVES for entry in stage.history(account) if entry["kind"] == "liquidation_fee"]
        assert insured == {coin: sum(F(e["amount"]) for e in fees if e["asset"] == coin) for coin in ("BTC", "ETH", "USDT")}
    assert said[0] == said[1]
