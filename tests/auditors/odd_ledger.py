"""A large ledger made by the verbs themselves: hundreds of accounts with names that mean something to one program or
another, coins of every precision, times that run to and fro between accounts. Seeded, so it is the same each time."""

import random
from decimal import Decimal
from unittest.mock import patch

from margincli import archive, desk, quotes, records, sweeping
from margincli.domain.journal import Wallet
from margincli.domain.money import give_down
from margincli.domain.operations.activate import Activate
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.deposit import Deposit
from margincli.domain.operations.repay import Repay
from margincli.domain.operations.trade import Trade
from margincli.domain.operations.transfer import Transfer
from margincli.domain.operations.withdraw import Withdraw
from margincli.domain.refusals import Refused
from margincli.ledger import LedgerFault

D = Decimal
HOUR = 3_600_000
BEGIN = 1_725_148_800_000  # 2024-09-01
HOSTILE = [
    "a:b", "a;b", "a ;b", "a  b", "a b", " a", "a ", "a\nb", "a\tb", "a|b", "a-b", "a_b", "A-b", "A", "a", "Assets:x", "assets:main:cross:free",
    "(virtual)", "[balanced]", "; comment", "# comment", "* b", "! b", "x = 5 USDT", "x  5 USDT", '"quoted', "100 USDT", "%41", "%", "é", "e\u0301", "漢字", "→",
    "\u202ertl", "\u200b", "=HYPERLINK(1)", "@cmd", "-1", "+1", "World", "HOUSE", "\\", "{}", "~ 0", "2024-09-01", "include x", "-", "9lives", "null", "\u00a0", "a" * 200,
]  # fmt: skip
RULES = """
profile = "2024"
title = "odd coins"
[coins.scales]
basis = "inferred"
rule = "NUM-1"
[coins.scales.rows]
WEI = "18"
YEN = "0"
[pairs]
basis = "inferred"
rule = "ORD-9"
[pairs.rows]
WEIUSDT = ["WEI", "USDT", "0.01", "0.000000000000000001", "0", "", "", "", "", ""]
YENUSDT = ["YEN", "USDT", "0.0001", "1", "0", "", "", "", "", ""]
TRUEUSDT = ["TRUE", "USDT", "0.0001", "1", "0", "", "", "", "", ""]
TUSDT = ["T", "USDT", "0.0001", "1", "0", "", "", "", "", ""]
X1INCHUSDT = ["X1INCH", "USDT", "0.0001", "1", "0", "", "", "", "", ""]
"""
ODD = {
    "WEI": ["0.000000000000000001", "4.611686018427387903", "1.1"],
    "YEN": ["1", "4611686018427387903", "1000"],
    "1INCH": ["0.00000001", "12345.678"],
    "X1INCH": ["7"],
    "TRUE": ["3.00000001", "20"],
    "T": ["0.1", "46116860184.27387903"],
}


class Maker:
    def __init__(self, ledger, seed: int, accounts: int):
        self.ledger, self.dice = ledger, random.Random(seed)
        self.owners = [*HOSTILE, *(f"bot-{number}" for number in range(accounts))][:accounts]
        self.refused = 0

    def call(self, owner: str, at: int) -> desk.Call:
        return desk.Call(self.ledger, owner, at)

    def ask(self, owner: str, at: int, request) -> None:
        """A refusal is as good as anything: it leaves no trace. One is that the world beyond holds 2^63 units of a coin, at most."""
        try:
            desk.perform(self.call(owner, at), request)
        except (Refused, LedgerFault):
            self.refused += 1

    def make(self) -> None:
        records.rules_import(self.call("main", BEGIN), "odd.toml", RULES)
        for day in range(10):
            self.price(BEGIN + day * 24 * HOUR, 10000)
        for owner in self.owners:
            self.live(owner)
        for day in range(12, 24):  # a long fall, with calls and liquidations
            self.price(BEGIN + day * 24 * HOUR, 10000 - 400 * (day - 12))
            with patch.object(sweeping, "MANY", 0 if day % 4 == 1 else 10**9):  # the quiet in one stroke, or each by himself
                sweeping.sweep(desk.Call(self.ledger, None, BEGIN + day * 24 * HOUR + HOUR // 2), "accrue")

    def price(self, at: int, tenthousandths: int) -> None:
        """Prices around so much of where they began."""
        for symbol, price in (("BTCUSDT", 60000), ("ETHUSDT", 2500), ("1INCHUSDT", 1)):
            part = tenthousandths + self.dice.randint(-1500, 1500)
            quotes.price_set(self.call("main", at), symbol, D(price * part).scaleb(-4), None, None)
        quotes.price_set(self.call("main", at), "WEIUSDT", D("0.000000000123456789"), "elsewhere", None)

    def live(self, owner: str) -> None:
        dice, at = self.dice, BEGIN + self.dice.randrange(200) * HOUR + self.dice.randrange(HOUR)
        spot, cross = Wallet.named(owner, "spot"), Wallet.named(owner, "cross")
        self.ask(owner, at, Deposit("USDT", D(dice.randint(10**10, 10**12)).scaleb(-8)))
        self.ask(owner, at, Activate(cross, "3", "DE", "accepted", records.quiz_key(), records.quiz_key()))
        self.ask(owner, at, Transfer("USDT", None, spot, cross))
        coin = dice.choice(list(ODD))
        self.ask(owner, at, Deposit(coin, D(dice.choice(ODD[coin]))))
        for _ in range(dice.randint(3, 9)):
            at += dice.choice([0, 1, HOUR // 2, 7 * HOUR])
            self.ask(owner, at, self.step(spot, cross))

    def step(self, spot: Wallet, cross: Wallet):
        dice = self.dice
        kind, symbol = dice.choice("btrswo"), dice.choice(["BTCUSDT", "ETHUSDT", "1INCHUSDT"])
        some = D(dice.randint(10**9, 3 * 10**11)).scaleb(-8)
        if kind == "b":
            return Borrow(cross, dice.choice(["USDT", "BTC"]), some if dice.random() < 0.7 else give_down(some.scaleb(-5)))
        if kind == "r":
            return Repay(cross, "USDT", dice.choice([None, some]))
        if kind == "w":
            return Withdraw(dice.choice(list(ODD)), D("0.1"))
        if kind == "s":
            return Transfer("USDT", some, cross, spot)
        return Trade(cross, dice.choice(["BUY", "SELL"]), symbol, None, give_down(some, 2), "MARKET", None, dice.choice(["NO_SIDE_EFFECT", "MARGIN_BUY", "AUTO_REPAY"]))


def exported(ledger, folder, format: str):
    """The whole ledger in a file of `format`."""
    path = folder / f"{ledger.stem}.{format}"
    archive.export_file(desk.Call(ledger, None, 0), format, path, True)
    return path


def ours(ledger) -> dict:
    """Our own balances other than nought, in the form that the auditors give."""
    from margincli.ledger import reading

    found: dict = {}
    with reading(ledger) as session:
        for account, asset, amount in session.balances():
            if amount:
                names = (account.wallet.owner, *filter(None, account.wallet[1:]), account.bucket)
                found.setdefault(names, {})[asset] = amount
    return found
