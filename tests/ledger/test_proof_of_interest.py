"""Interest in BNB and hours that were waived are worked out again from their facts (BNB-3, INT-9), like any other."""

import pytest
from ledgers import by_hand, scale
from worlds import D, DOCUMENT, at_rates, ruled, time, wallet, world

from margincli.domain.operations import decide
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.deposit import Deposit
from margincli.domain.operations.repay import Repay
from margincli.domain.operations.settings import Setting
from margincli.domain.operations.transfer import Transfer
from margincli.domain.walk import settle
from margincli.ledger import reading, writing
from margincli.ledger.proof import prove

CROSS = wallet()


@pytest.fixture
def told(path):
    """A deposit of each coin, two loans of 1,000 and 500 USDT of which one is a promotion of two hours, and BNB that runs out.

    1 to 4 bring USDT and BNB in; 5 switches; 6, 7 the first loan (waived); 8 its free hour; 9 to 12 hours in BNB; 13, 14 the second.
    """
    rules = ruled({"interest.waived_hours.rows.USDT": "2"})
    found = world(time("12:20"), rates=at_rates(("2000-01-01", "0.0024")), rules=rules, cross={})
    entries = []

    def ask(request):
        nonlocal found
        found, made = decide(found, request)
        entries.extend(made)

    for asset, amount in (("USDT", "2000"), ("BNB", "0.0003")):
        ask(Deposit(asset, D(amount)))
        ask(Transfer(asset, D(amount), wallet("spot"), CROSS))
    ask(Setting("bnb_interest", "on"))
    ask(Borrow(CROSS, "USDT", D(1000)))
    begun, found = found.now, found.at(found.now + 3 * 3_600_000)
    found, due = settle(found, begun)
    entries += due
    found.rules = ruled({"interest.waived_hours.rows.USDT": "0"})
    ask(Borrow(CROSS, "USDT", D(500)))
    ask(Repay(CROSS, "USDT", None))
    with writing(path, lambda: DOCUMENT) as session:
        session.append("main", entries, scale)
        session.settle("main", found.now)
        assert prove(session) == []
        session.commit()
    return path


def interest_of(path) -> list[tuple]:
    with reading(path) as session:
        rows = session.db.execute("SELECT entry_id, asset, raw_asset, principal, interest, type FROM interest_rows ORDER BY entry_id, at")
        return rows.fetchall()


def test_the_view_tells_the_coin_of_the_loan(told):
    """0.00019 BNB an hour on 1,000 USDT; 0.0003 pay one and a half."""
    assert interest_of(told) == [
        (7, "USDT", "USDT", "1000", "0", "ON_BORROW"),
        (8, "USDT", "USDT", "1000", "0", "PERIODIC"),
        (9, "BNB", "USDT", "1000", "0.00019", "PERIODIC_CONVERTED"),
        (11, "BNB", "USDT", "1000", "0.00019", "PERIODIC_CONVERTED"),
        (14, "BNB", "USDT", "500", "0.000095", "ON_BORROW_CONVERTED"),
    ]


def fact(number, name, value):
    return f"UPDATE entries SET facts = json_set(facts, '$.{name}', {value}) WHERE id = {number}"


@pytest.mark.parametrize(
    "statement",
    [
        fact(9, "price_usdt", "'1.01'"),
        fact(9, "bnb_usdt", "'499'"),
        fact(9, "bnb_usdt", "'0'"),
        fact(9, "discount", "'0.25'"),
        fact(9, "principal", "'999'"),
        fact(9, "raw_asset", "'BTC'"),
        fact(9, "type", "'PERIODIC'"),
        fact(9, "charge", "'0.0001'"),
        fact(9, "waived", "'yes'"),
        fact(8, "type", "'PERIODIC_CONVERTED'"),
        fact(8, "waived", "''"),
        fact(14, "principal", "'1000'"),
        "UPDATE entries SET facts = json_remove(facts, '$.raw_asset') WHERE id = 9",
        "UPDATE entries SET facts = json_remove(facts, '$.waived') WHERE id = 7",
        "UPDATE entries SET asset = 'USDT' WHERE id = 9",
        "UPDATE changes SET value = '1' WHERE key = 'waived_until.USDT'",
    ],
)
def test_tampering_is_found(told, statement):
    with by_hand(told, statement, guards=False):
        pass
    with reading(told) as session:
        assert "interest" in {finding["code"] for finding in prove(session)}
