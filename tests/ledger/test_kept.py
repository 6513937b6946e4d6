"""A ledger kept open: steps stand or fall alone, and what it remembers is what the file says."""

from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from margincli import desk, quotes, records, sweeping
from margincli.domain.journal import Wallet
from margincli.domain.operations.activate import Activate
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.deposit import Deposit
from margincli.domain.operations.transfer import Transfer
from margincli.domain.operations.withdraw import Withdraw
from margincli.domain.refusals import Refused
from margincli.ledger import LedgerFault, memory, reading, writing
from margincli.ledger.faults import BrokenBooks
from margincli.ledger.kept import Kept
from margincli.tape import Manner, Step, play

D = Decimal
NOW = 1_725_235_200_000


def call(ledger, at=NOW, account="main", **more):
    return desk.Call(ledger, account, at, **more)


def begin(ledger):
    quotes.price_set(call(ledger), "BTCUSDT", D(60000), None, None)
    desk.perform(call(ledger), Deposit("USDT", D(1000)))
    desk.perform(call(ledger), Activate(Wallet("main", "cross"), "3", "DE", "accepted", records.quiz_key(), records.quiz_key()))
    desk.perform(call(ledger), Transfer("USDT", D(500), Wallet("main", "spot"), Wallet("main", "cross")))


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "ledger.db"


def kinds(path):
    with reading(path) as session:
        return [entry.kind for _, entry in session.history("main")]


def owned(state):
    """Of the account and of the house; a state may know what the world gave the account, too."""
    return {key: amount for key, amount in state.balances.items() if amount and key[0].wallet.owner != "world"}


def kinds_of_house(path):
    with reading(path) as session:
        return [entry.kind for _, entry in session.history("house")]


def test_what_it_remembers_is_what_the_file_says(path):
    with Kept(path) as kept:
        begin(kept)
        desk.perform(call(kept), Borrow(Wallet("main", "cross"), "USDT", D(100)))
        with reading(kept) as session:
            for owner in ("main", "nobody"):
                remembered, read = session.state(owner), super(type(session), session).state(owner)
                assert owned(remembered) == owned(read) and remembered.settings == read.settings
                assert session.settled_to(owner) == super(type(session), session).settled_to(owner)
        kept.keep()
    assert kinds(path) == ["deposit", "activate", "transfer", "borrow", "interest"]


def test_many_accounts_are_swept_again_and_again(path, monkeypatch):
    """In one stroke, a rehearsal and an undone step among them: what is remembered of the accounts is what they were charged."""
    monkeypatch.setattr(sweeping, "MANY", 0)
    hour = 3_600_000
    with Kept(path) as kept:
        begin(kept)
        desk.perform(call(kept), Borrow(Wallet("main", "cross"), "USDT", D(100)))
        kept.keep()
        for after in (1, 3, 3, 4):
            for dry_run in (False, True):
                told = sweeping.sweep(call(kept, NOW + after * hour, None, dry_run=dry_run), "accrue")
                assert {entry["kind"] for entry in told["entries"]} <= {"accrual"}
                with reading(kept) as session:
                    remembered, read = session.state("main"), super(type(session), session).state("main")
                    assert owned(remembered) == owned(read) and session.settled_to("main") == NOW + after * hour
        kept.keep()
        sweeping.sweep(call(kept, NOW + 9 * hour, None), "liquidate")
        kept.undo()
        sweeping.sweep(call(kept, NOW + 8 * hour, None), "accrue")
        kept.keep()
    with reading(path) as session:
        assert [entry.facts["hours"] for _, entry in session.history("main", kind="interest")] == [1, 1, 2, 1, 4]
    assert kinds_of_house(path) == ["accrual"] * 4 and records.check(call(path))["findings"] == []


def test_it_remembers_no_more_accounts_than_it_may(path, monkeypatch):
    monkeypatch.setattr("margincli.ledger.memory.OWNERS_MOST", 2)
    with Kept(path) as kept:
        for name in "abcabcddcba":
            desk.perform(call(kept, account=name), Deposit("USDT", D(1)))
        for name, much in (("a", 3), ("b", 3), ("c", 3), ("d", 2)):
            with pytest.raises(Refused, match="balance_too_small"):
                desk.perform(call(kept, account=name), Withdraw("USDT", D(much) + D("0.1")))
        kept.keep()
    assert records.check(call(path))["findings"] == []


def test_only_what_was_kept_stands(path):
    with Kept(path) as kept:
        desk.perform(call(kept), Deposit("USDT", D(1)))
        kept.keep()
        desk.perform(call(kept), Deposit("USDT", D(2)))
        kept.undo()
        desk.perform(call(kept), Deposit("USDT", D(4)))
        with reading(kept) as session:
            assert [amount for (account, _), amount in session.state("main").balances.items() if account.wallet.owner == "main"] == [D(5)]
    assert kinds(path) == ["deposit"]


def test_what_waits_to_be_written_is_there_for_who_asks_the_file(path, monkeypatch):
    """Entries wait for the commit, or until there are too many of them; undone they are gone either way."""
    monkeypatch.setattr("margincli.ledger.memory.WAITING_MOST", 3)
    with Kept(path) as kept:
        begin(kept)
        kept.keep()
        for number in range(1, 9):
            desk.perform(call(kept, ref=f"r{number}"), Deposit("USDT", D(number)))
        with reading(kept) as session:
            assert session.counts()["entries"] == 11 and session.recall("r8")[2]["entries"][0]["amount"] == "8"
            assert [entry.amount for _, entry in session.history("main", limit=2)] == [D(7), D(8)]
            assert session.db.execute("SELECT count(*) FROM refs").fetchone() == (8,)
        desk.perform(call(kept, ref="r9"), Deposit("USDT", D(9)))
        assert desk.perform(call(kept, ref="r9"), Deposit("USDT", D(9)))["repeated"]
        kept.undo()
        desk.perform(call(kept, ref="r9"), Deposit("USDT", D(10)))
        kept.keep()
    with reading(path) as session:
        assert session.counts()["entries"] == 4 and session.recall("r8") is None and session.recall("r9")[2]["entries"][0]["amount"] == "10"


def test_a_ref_is_remembered_once(path):
    with Kept(path) as kept, pytest.raises(BrokenBooks, match="r1 is taken"):
        desk.perform(call(kept, ref="r1"), Deposit("USDT", D(1)))
        with writing(kept) as session:
            session.remember("r1", "main", "", {})


def test_a_step_that_wrote_and_failed_is_forgotten(path):
    """Names given out in it are given out anew, balances are as before."""
    with Kept(path) as kept:
        desk.perform(call(kept), Deposit("USDT", D(1)))
        with pytest.raises(RuntimeError), writing(kept) as session:
            session.append("amy", [], lambda asset: 8)
            session.settle("amy", NOW)
            raise RuntimeError
        desk.perform(call(kept, dry_run=True), Deposit("BTC", D(3)))
        desk.perform(call(kept, account="amy"), Deposit("BTC", D(2)))
        with pytest.raises(Refused, match="balance_too_small"):
            desk.perform(call(kept, account="amy"), Withdraw("BTC", D(3)))
        kept.keep()
    assert records.check(call(path))["findings"] == []


def test_what_another_wrote_between_two_commits_is_seen(path):
    with Kept(path) as kept:
        begin(kept)
        kept.keep()
        desk.perform(call(path), Withdraw("USDT", D(400)))
        quotes.price_set(call(path), "BTCUSDT", D(50000), None, None)
        with pytest.raises(Refused, match="balance_too_small"):
            desk.perform(call(kept), Withdraw("USDT", D(200)))
        with reading(kept) as session:
            assert session.market({"BTC"}, set(), NOW, NOW).value("BTC", NOW) == D(50000)


def test_a_market_of_more_than_was_asked_for_says_the_same(path):
    with Kept(path) as kept:
        for hour in range(50):
            quotes.price_set(call(kept, NOW + hour * 3_600_000), "BTCUSDT", D(60000 + hour), None, None)
        with reading(kept) as session:
            for since, until in ((40, 41), (3, 4), (10, 45), (0, 0), (20, 49)):
                wide = session.market({"BTC"}, set(), NOW + since * 3_600_000, NOW + until * 3_600_000)
                exact = super(type(session), session).market({"BTC"}, set(), NOW + since * 3_600_000, NOW + until * 3_600_000)
                for at in range(NOW + since * 3_600_000, NOW + until * 3_600_000 + 1, 1_800_000):
                    assert wide.value("BTC", at) == exact.value("BTC", at)
                ranges = [market.tickers["BTCUSDT"].moments(NOW + since * 3_600_000, NOW + until * 3_600_000) for market in (wide, exact)]
                assert ranges[0] == ranges[1]


@pytest.mark.parametrize("most", [1, 30, 5000])
def test_a_market_that_was_told_quotes_is_the_one_that_would_be_read(path, monkeypatch, most):
    """In any order of time, of any source, a new symbol, and another price of the same moment; those of a step that was undone are not told."""
    monkeypatch.setattr("margincli.ledger.memory.POINTS_TOLD", most)
    chance = Random(7)
    with Kept(path) as kept:
        for number in range(200):
            at = NOW + chance.randrange(400) * 60_000
            symbol, source = chance.choice(["BTCUSDT", "BTCUSDT", "ETHBTC", "BTCUSDC"]), chance.choice([None, "here", "there"])
            volume = chance.choice([None, D(5)])
            quotes.price_set(call(kept, at, dry_run=number % 7 == 3), symbol, D(60000 + number), source, volume)
            since = NOW + chance.randrange(400) * 60_000
            with reading(kept) as session:
                told = session.market({"BTC", "ETH"}, set(), since, since + 3_600_000)
                read = super(type(session), session).market({"BTC", "ETH"}, set(), since, since + 3_600_000)
            for moment in range(since, since + 3_600_001, 300_000):
                assert [told.value(coin, moment) for coin in ("BTC", "ETH")] == [read.value(coin, moment) for coin in ("BTC", "ETH")]
            for symbol, ticker in read.tickers.items():
                assert told.tickers[symbol].moments(since, since + 3_600_000) == ticker.moments(since, since + 3_600_000)


def test_a_quote_is_told_to_what_is_known_and_waits_like_an_entry(path, monkeypatch):
    loads, load = [], memory.market.load
    monkeypatch.setattr("margincli.ledger.market.load", lambda *words: loads.append(words) or load(*words))
    with Kept(path) as kept:
        begin(kept)
        kept.keep()
        desk.perform(call(kept), Deposit("USDT", D(1)))
        before = len(loads)
        for minute in range(1, 20):
            quotes.price_set(call(kept, NOW + minute * 60_000), "BTCUSDT", D(60000 + minute), None, None)
            desk.perform(call(kept, NOW + minute * 60_000), Deposit("USDT", D(minute)))
        assert len(loads) == before
        with reading(path) as session:
            assert session.counts()["quotes"] == 1
        kept.keep()
    with reading(path) as session:
        assert session.counts()["quotes"] == 20


def test_a_rehearsal_leaves_no_trace(path):
    with Kept(path, rehearsal=True) as kept:
        begin(kept)
        kept.keep()
        assert desk.perform(call(kept), Withdraw("USDT", D(500)))["entries"]
    assert not path.exists()
    with pytest.raises(LedgerFault), Kept(path, rehearsal=True) as kept, reading(kept):
        pass


# --- the tape ---


class Heard:
    """Answers as they are given out."""

    def __init__(self):
        self.held, self.given = [], []

    def hold(self, line, document, exit_code):
        self.held.append((line, exit_code))

    def give(self, line):
        self.given += self.held
        self.held = []

    def drop(self):
        self.held = []


def tell(error):
    return {"error": getattr(error, "code", "fault")}, 3 if isinstance(error, Refused) else 1


def reader(kept):
    def read(number, amount):
        return Step("main", str(amount), None, lambda: (desk.perform(call(kept), (Deposit if amount > 0 else Withdraw)("USDT", D(abs(amount)))), 0))

    return read


def test_the_tape_takes_any_lines(path):
    with Kept(path) as kept:
        heard = Heard()
        assert play(kept, ((n, n - 5) for n in range(6, 10)), reader(kept), tell, heard, Manner(2)) == 0
        assert play(kept, [(1, -20), (2, 7)], reader(kept), tell, heard, Manner(1)) == 3
    assert heard.given == [(6, 0), (7, 0), (8, 0), (9, 0), (1, 3), (2, 0)] and len(kinds(path)) == 5


@pytest.mark.parametrize("every, most_ahead", [(1, 1), (7, 7), (100, 64), (0, 64)])
def test_lines_are_read_ahead_but_not_beyond_the_next_commit(path, every, most_ahead):
    """Who sends as many lines as a commit takes gets their answers, without sending more."""
    read, heard, ahead = [], Heard(), []

    def lines():
        for number in range(1, 201):
            assert not every or len(heard.given) >= (number - 1) // every * every
            read.append(number)
            yield number, number

    with Kept(path) as kept:
        hold = heard.hold
        heard.hold = lambda *words: ahead.append(len(read) - words[0]) or hold(*words)
        assert play(kept, lines(), reader(kept), tell, heard, Manner(every)) == 0
    assert max(ahead) == most_ahead - 1 and len(heard.given) == 200


def test_a_fault_of_ours_stops_the_tape_at_its_last_commit(path):
    heard = Heard()
    with pytest.raises(ZeroDivisionError), Kept(path) as kept:

        def read(number, amount):
            assert 10 // amount
            return reader(kept)(number, amount)

        play(kept, enumerate((1, 2, 3, 0, 4)), read, tell, heard, Manner(2))
    assert heard.given == [(0, 0), (1, 0)] and len(kinds(path)) == 2
