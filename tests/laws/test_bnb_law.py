"""Interest in BNB through the desk, on a real ledger: the account never held any, and its price moves (BNB-3, BNB-5; law 3)."""

import pytest
from worlds import D, at

from margincli import account, desk, quotes, records, sweeping
from margincli.domain.interest import HOUR
from margincli.domain.journal import Wallet
from margincli.domain.operations.activate import Activate
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.deposit import Deposit
from margincli.domain.operations.settings import Setting
from margincli.domain.operations.transfer import Transfer

BEGIN, BOUGHT, END = at("2024-09-01T10:20Z"), at("2024-09-02T05:40Z"), at("2024-09-03T00:15Z")
SPOT, CROSS = Wallet("main", "spot"), Wallet("main", "cross")


def lived(path, step) -> desk.Call:
    """A loan of 1,900 USDT and one of 0.01 BTC; a day later 0.0004 BNB come in, which last some hours."""
    call, key = desk.Call(path, "main", BEGIN), records.quiz_key()
    quotes.price_set(call, "BTCUSDT", D(60000), None, None)
    for hour in range(40):
        quotes.price_set(call._replace(at=BEGIN + hour * HOUR + hour % 7 * 600_000), "BNBUSDT", D(480 + hour * hour % 61), None, None)
    requests = [Deposit("USDT", D(3000)), Activate(CROSS, "3", "DE", "accepted", key, key), Transfer("USDT", D(3000), SPOT, CROSS)]
    for request in [*requests, Setting("bnb_interest", "on"), Borrow(CROSS, "USDT", D(1900)), Borrow(CROSS, "BTC", D("0.01"))]:
        desk.perform(call, request)
    for until, asked in ((BOUGHT, [Deposit("BNB", D("0.0004")), Transfer("BNB", D("0.0004"), SPOT, CROSS)]), (END, [])):
        for now in range(call.at + step, until, step):
            sweeping.sweep(call._replace(at=now), "accrue")
        call = call._replace(at=until)
        for request in asked:
            desk.perform(call, request)
    sweeping.sweep(call, "accrue")
    return call


@pytest.mark.parametrize("step", [HOUR // 2, 5 * HOUR + 7, END])
def test_BNB_3_BNB_5_one_catch_up_is_many_small_ones(step, tmp_path):
    told = []
    for name, width in (("whole.db", END), ("pieces.db", step)):
        call = lived(tmp_path / name, width)
        rows = records.interest(call, None, None, False)["rows"]
        told.append(([{**row, "entry": 0} for row in rows], account.status(call)["wallets"]))
        assert records.check(call)["findings"] == []
        assert {row["asset"] for row in rows} == {"BNB"} and {row["raw_asset"] for row in rows} == {"USDT", "BTC"} and len(rows) == 2 * 39
        assert len({row["interest"] for row in rows}) > 20
        assert sum(D(entry["amount"]) for entry in records.history(call, "repay", None, None, None)["rows"]) == D("0.0004")
    assert told[0] == told[1]
