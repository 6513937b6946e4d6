"""The stage of the crash tests: the real candles, the four accounts as processes open them, and as the oracle has them."""

import csv
import shutil
from datetime import datetime, timezone
from fractions import Fraction as F

from oracle import HOUR, Book, Candle, hour_charge

from margincli import account as reading
from margincli import desk, records, sweeping

BEGIN, REBOUND, END = "2020-03-10T00:30:00Z", "2020-03-13T01:30:00Z", "2020-03-14T00:00:00Z"
USDT_RATES = (("2020-03-01T00:00:00Z", "0.0006"), ("2020-03-12T00:00:00Z", "0.0011"))
BTC_RATE = "0.0002"


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(timezone.utc).timestamp() * 1000)


# --- the candles ---


def read_klines(folder):
    """symbol -> its file, and its rows by open time."""
    found = {}
    for symbol in ("BTCUSDT", "ETHUSDT"):
        path = folder / f"{symbol}-1h-2020-03.csv"
        with open(path, newline="") as lines:
            found[symbol] = path, {int(row[0]): row for row in csv.reader(lines)}
    return found


def candles(klines, coins, since: str):
    """Hourly candles of `coins` from the hour of `since` to END; USDT is worth 1."""
    for hour in range(ms(since) // HOUR * HOUR, ms(END), HOUR):
        rows = {coin: klines[f"{coin}USDT"][1][hour] for coin in coins}
        yield Candle(hour, *({"USDT": F(1), **{coin: F(row[column]) for coin, row in rows.items()}} for column in (1, 3, 2, 4)))


# --- the accounts as the oracle has them ---

RATES = {"USDT": [(ms(since), rate) for since, rate in USDT_RATES], "BTC": [(0, BTC_RATE)]}
CROSS_3X, CROSS_5X, ISOLATED_10X = ("1.3", "1.1", "1.5"), ("1.16", "1.1", "1.25"), ("1.10", "1.05", "1.111")  # THR-1, ISO-1, LIQ-3


def first_hours(*loans: str, rate: str = "0.0006") -> F:
    return sum((hour_charge(F(amount), F(rate)) for amount in loans), F(0))


def main_book() -> Book:
    """Buy 3.74 BTC at 7,929.87, the open of 2020-03-10 00:00, with 10,000 USDT: cost 29,657.7138, short of 19,657.7138;
    a market order borrows 1% more (BOR-8): 19,854.290938. Left 10,000 + 19,854.290938 - 29,657.7138 = 196.577138 USDT and
    3.74 x 0.999 = 3.73626 BTC. The limit of the loan is 20,000 (BOR-1)."""
    return Book({"BTC": "3.73626", "USDT": "196.577138"}, {"USDT": "19854.290938"}, {"USDT": first_hours("19854.290938")}, RATES, CROSS_3X)


def iso_book() -> Book:
    """Buy 1.19 BTC with 1,000 USDT: cost 9,436.5453, short of 8,436.5453, loan 8,520.910753 (limit 1,000 / 0.111 = 9,009);
    left 84.365453 USDT and 1.18881 BTC."""
    return Book({"BTC": "1.18881", "USDT": "84.365453"}, {"USDT": "8520.910753"}, {"USDT": first_hours("8520.910753")}, RATES, ISOLATED_10X)


def both_book() -> Book:
    """With 10,000 USDT buy 1.87 BTC at 7,929.87: cost 14,828.8569, loan 4,828.8569 x 1.01 = 4,877.145469, left 48.288569.
    Then 72 ETH at 202.79: cost 14,600.88, loan 14,552.591431 x 1.01 = 14,698.11734531, left 145.52591431. In all 19,575.26281431."""
    interest = {"USDT": first_hours("4877.145469", "14698.11734531")}  # each loan pays its own first hour (INT-3)
    return Book({"BTC": "1.86813", "ETH": "71.928", "USDT": "145.52591431"}, {"USDT": "19575.26281431"}, interest, RATES, CROSS_3X)


def short_book() -> Book:
    """Borrow 8.5 BTC against 10,000 USDT (limit at 5x: 40,000 / 4,656.71 = 8.58) and sell them at 4,656.71, the open of
    2020-03-13 01:00: 39,582.035 less 0.1% is 39,542.452965; in all 49,542.452965 USDT."""
    return Book({"USDT": "49542.452965"}, {"BTC": "8.5"}, {"BTC": first_hours("8.5", rate=BTC_RATE)}, RATES, CROSS_5X)


LIVES = {
    "main": (main_book, ["BTC"], BEGIN, "cross"),
    "iso": (iso_book, ["BTC"], BEGIN, "isolated:BTCUSDT"),
    "both": (both_book, ["BTC", "ETH"], BEGIN, "cross"),
    "short": (short_book, ["BTC"], REBOUND, "cross"),
}


def lived(klines, account: str) -> Book:
    """The account as the oracle has it at END; the hour that begins there is charged."""
    book, coins, since, _ = LIVES[account]
    life = book().live(candles(klines, coins, since), ms(since))
    life.charge(ms(END))
    return life


# --- the accounts as the program has them ---


class Stage:
    """A ledger in which the accounts are opened by processes of the command line."""

    def __init__(self, margincli, ledger, answers):
        self.margincli, self.ledger, self.answers = margincli, ledger, str(answers)

    def say(self, at: str, *words: str) -> dict:
        return self.margincli(*words, "--at", at, "--ledger", str(self.ledger))

    def begin(self, at: str, account: str, deposit: str, wallet: str, leverage: str) -> None:
        mine = ("--account", account)
        self.say(at, "deposit", "USDT", deposit, *mine)
        self.say(at, "activate", wallet, "--leverage", leverage, "--region", "DE", "--accept-terms", "--answers", self.answers, *mine)
        self.say(at, "transfer", "USDT", deposit, "--from", "spot", "--to", wallet, *mine)

    def open_longs(self, klines) -> None:
        for path, _ in klines.values():
            self.say(BEGIN, "price", "import", str(path))
        for since, rate in USDT_RATES:
            self.say(since, "rate", "set", "USDT", rate)
        self.say(BEGIN, "rate", "set", "BTC", BTC_RATE)
        self.begin(BEGIN, "main", "10000", "cross", "3")
        self.say(BEGIN, "trade", "buy", "BTCUSDT", "3.74", "--borrow")
        self.begin(BEGIN, "iso", "1000", "isolated:BTCUSDT", "10")
        self.say(BEGIN, "trade", "buy", "BTCUSDT", "1.19", "--borrow", "--wallet", "isolated:BTCUSDT", "--account", "iso")
        self.begin(BEGIN, "both", "10000", "cross", "3")
        for symbol, qty in (("BTCUSDT", "1.87"), ("ETHUSDT", "72")):
            self.say(BEGIN, "trade", "buy", symbol, qty, "--borrow", "--account", "both")

    def open_short(self) -> None:
        self.begin(REBOUND, "short", "10000", "cross", "5")
        self.say(REBOUND, "borrow", "BTC", "8.5", "--account", "short")
        self.say(REBOUND, "trade", "sell", "BTCUSDT", "8.5", "--account", "short")

    def copy(self, name: str) -> "Stage":
        shutil.copy(self.ledger, self.ledger.with_name(name))
        return Stage(self.margincli, self.ledger.with_name(name), self.answers)

    def sweep_hourly(self, first: str, last: str) -> None:
        """`accrue`, then `liquidate`, at every full hour after `first`, in this process."""
        for at in range(ms(first) // HOUR * HOUR + HOUR, ms(last) + 1, HOUR):
            for command in ("accrue", "liquidate"):
                sweeping.sweep(desk.Call(self.ledger, None, at), command)

    def call(self, account: str, at: str = END) -> desk.Call:
        return desk.Call(self.ledger, account, ms(at))

    def history(self, account: str) -> list[dict]:
        return records.history(self.call(account), None, None, None, None)["rows"]

    def wallet(self, account: str, at: str = END) -> dict:
        (found,) = [row for row in reading.status(self.call(account, at))["wallets"] if row["wallet"] == LIVES[account][3]]
        return found

    def balances(self, account: str) -> dict:
        return {row["asset"]: row for row in self.wallet(account)["balances"]}
