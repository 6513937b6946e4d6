"""Laws of the whole: random requests through the desk on a real ledger file, every law checked after every step.

Books balance; balances equal the folded journal; nothing free goes below zero; a refusal leaves no trace; the same
ref twice is once; no request of the user turns a healthy account unhealthy.
"""

import sqlite3
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from worlds import at

from margincli import archive, desk, quotes, records, sweeping
from margincli.domain.journal import Wallet
from margincli.domain.operations.activate import Activate
from margincli.domain.operations.alert import Alert
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.cancel import Cancel
from margincli.domain.operations.deposit import Deposit
from margincli.domain.operations.leverage import Leverage
from margincli.domain.operations.liquidate import LiquidateByHand
from margincli.domain.operations.liquidation_loan import RepayLiquidationLoan
from margincli.domain.operations.repay import Repay
from margincli.domain.operations.settings import Setting
from margincli.domain.operations.top_up import TopUp
from margincli.domain.operations.trade import Trade
from margincli.domain.operations.transfer import Transfer
from margincli.domain.operations.withdraw import Withdraw
from margincli.domain.refusals import Refused
from margincli.rules import PROFILES

D = Decimal
HEALTHY = ("EXCESSIVE", "NORMAL")
wallets = st.sampled_from(["spot", "cross", "isolated:BTCUSDT", "isolated:ETHUSDT"])
margin = st.sampled_from(["cross", "cross", "isolated:BTCUSDT"])
coins = st.sampled_from(["USDT", "USDT", "BTC", "ETH", "BNB", "USDC"])
profiles = st.sampled_from(PROFILES)
amounts = st.one_of(st.integers(1, 5000).map(D), st.integers(1, 10**9).map(lambda n: D(n).scaleb(-8)), st.sampled_from([D("0.00000001"), D("99999999999"), D("0.000000001")]))
steps = st.sampled_from([0, 1, 60_000, 3_599_999, 3_600_000, 7 * 3_600_000, 30 * 86_400_000])
effects = st.sampled_from(["NO_SIDE_EFFECT", "MARGIN_BUY", "AUTO_REPAY", "AUTO_BORROW_REPAY"])


def dump(path) -> list[str]:
    with sqlite3.connect(path) as db:
        return [line for line in db.iterdump()]


class Account(RuleBasedStateMachine):
    """One user and a market that moves under him; `now` only runs forward."""

    @initialize(leverage=st.sampled_from(["3", "10", "10"]), profile=profiles)
    def begin(self, leverage, profile):
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        from pathlib import Path

        self.path, self.now = Path(self.folder.name) / "ledger.db", at("2024-09-01T12:00:00Z")
        records.rules_use(self.call(), profile)
        for symbol, price in (("BTCUSDT", "20000"), ("ETHUSDT", "1000"), ("BNBUSDT", "500")):
            quotes.price_set(self.call(), symbol, D(price), None, None)
        desk.perform(self.call(), Deposit("USDT", D(10000)))
        desk.perform(self.call(), Activate(self.wallet("cross"), leverage if profile in ("2024", "2025") else "3", "DE", "accepted", records.quiz_key(), records.quiz_key()))
        desk.perform(self.call(), Transfer("USDT", D(4000), self.wallet("spot"), self.wallet("cross")))
        desk.perform(self.call(), Transfer("USDT", D(2000), self.wallet("spot"), self.wallet("isolated:BTCUSDT")))

    def call(self, ref=None, dry_run=False):
        return desk.Call(self.path, "main", self.now, ref, dry_run)

    def wallet(self, name):
        return Wallet.named("main", name)

    def ask(self, request):
        """Perform a request; what it may not do to the ledger is asserted here."""
        before, rehearsed = dump(self.path), None
        try:
            rehearsed = desk.perform(self.call(dry_run=True), request)
        except Refused:
            pass
        assert dump(self.path) == before, "a dry run wrote"
        try:
            receipt = desk.perform(self.call(), request)
        except Refused:
            assert dump(self.path) == before, "a refusal left a trace"
            assert rehearsed is None
            return
        assert rehearsed is not None and [e["postings"] for e in rehearsed["entries"]] == [e["postings"] for e in receipt["entries"]]
        for old, new in zip(receipt["before"], receipt["after"]):
            if isinstance(request, (Borrow, Leverage, Repay, Trade, Transfer, Withdraw)):
                assert new["status"] in HEALTHY or old["status"] not in HEALTHY or old["wallet"] != new["wallet"], (old, new)

    @rule(millis=steps)
    def time_passes(self, millis):
        self.now += millis

    @rule(profile=profiles)
    def another_profile(self, profile):
        records.rules_use(self.call(), profile)

    @rule(amount=st.none() | amounts)
    def repay_a_liquidation_loan(self, amount):
        self.ask(RepayLiquidationLoan(amount))

    @rule(symbol=st.sampled_from(["BTCUSDT", "ETHUSDT", "BNBUSDT"]), percent=st.integers(60, 160))
    def price_moves(self, symbol, percent):
        last = D(quotes.price_show(self.call(), symbol)["rows"][0]["price"])
        quotes.price_set(self.call(), symbol, D(max(1, int(last) * percent // 100)), None, None)

    @rule(asset=coins, amount=amounts)
    def deposit(self, asset, amount):
        self.ask(Deposit(asset, amount))

    @rule(asset=coins, amount=amounts)
    def withdraw(self, asset, amount):
        self.ask(Withdraw(asset, amount))

    @rule(asset=coins, amount=st.none() | amounts, source=wallets, destination=wallets)
    def transfer(self, asset, amount, source, destination):
        self.ask(Transfer(asset, amount, self.wallet(source), self.wallet(destination)))

    @rule(wallet=margin, asset=coins, amount=st.none() | amounts)
    def borrow(self, wallet, asset, amount):
        self.ask(Borrow(self.wallet(wallet), asset, amount))

    @rule(wallet=margin, asset=coins, amount=st.none() | amounts)
    def repay(self, wallet, asset, amount):
        self.ask(Repay(self.wallet(wallet), asset, amount))

    @rule(wallet=margin, side=st.sampled_from(["BUY", "SELL"]), symbol=st.sampled_from(["BTCUSDT", "ETHUSDT", "BNBUSDT"]), quote=st.integers(5, 9000), effect=effects)
    def trade(self, wallet, side, symbol, quote, effect):
        self.ask(Trade(self.wallet(wallet), side, symbol, None, D(quote), "MARKET", None, effect))

    @rule(wallet=margin, side=st.sampled_from(["BUY", "SELL"]), percent=st.integers(70, 140), qty=st.integers(1, 30), effect=effects, kind=st.sampled_from(["LIMIT", "STOP_LOSS", "OCO"]))
    def rest_an_order(self, wallet, side, percent, qty, effect, kind):
        last = D(quotes.price_show(self.call(), "BTCUSDT")["rows"][0]["price"])
        price, stop = (D(int(last) * share // 100) for share in (percent, 200 - percent))
        told = {"LIMIT": (price, None), "STOP_LOSS": (None, stop), "OCO": (price, stop)}[kind]
        self.ask(Trade(self.wallet(wallet), side, "BTCUSDT", D(qty).scaleb(-2), None, kind, told[0], effect, stop=told[1]))

    @rule(leverage=st.sampled_from(["3", "5", "10"]))
    def change_leverage(self, leverage):
        self.ask(Leverage(self.wallet("cross"), leverage, records.quiz_key(), records.quiz_key()))

    @rule()
    def cancel_all(self):
        self.ask(Cancel(None))

    @rule(wallet=margin, level=st.sampled_from(["1.35", "1.6", "2"]), hours=st.integers(1, 24))
    def set_an_alert(self, wallet, level, hours):
        self.ask(Alert(self.wallet(wallet), D(level), hours))

    @rule(coins=st.sampled_from([("USDT",), ("BTC", "USDT")]), switch=st.sampled_from(["on", "off"]))
    def switch_top_up(self, coins, switch):
        self.ask(TopUp(self.wallet("cross"), switch, coins if switch == "on" else ()))

    @rule(name=st.sampled_from(["bnb_fees", "bnb_interest", "bnb_interest", "bnb_interest_requires_balance"]), value=st.sampled_from(["on", "on", "off"]))
    def switch_bnb(self, name, value):
        self.ask(Setting(name, value))

    @rule(wallet=margin)
    def liquidate_by_hand(self, wallet):
        self.ask(LiquidateByHand(self.wallet(wallet)))

    @rule()
    def accrue_twice_is_once(self):
        sweeping.sweep(self.call(), "accrue")
        once = dump(self.path)
        assert sweeping.sweep(self.call(), "accrue")["entries"] == []
        assert dump(self.path) == once

    @invariant()
    def the_books_hold(self):
        if hasattr(self, "path"):
            assert records.check(self.call())["findings"] == []

    def teardown(self):
        if hasattr(self, "folder"):
            self.can_be_carried_away()
            self.folder.cleanup()

    def can_be_carried_away(self):
        """Whatever the life was like, its export makes the same ledger again, and that one the same export."""
        first, again = "".join(archive.export(self.call()._replace(account=None), "json")), self.path.with_name("again.db")
        self.path.with_name("whole.json").write_text(first, encoding="utf-8")
        archive.rebuild(self.call()._replace(ledger=again), str(self.path.with_name("whole.json")))
        assert "".join(archive.export(self.call()._replace(ledger=again, account=None), "json")) == first


Account.TestCase.settings = settings(max_examples=6, stateful_step_count=25, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
TestAccount = Account.TestCase
