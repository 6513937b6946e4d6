"""isolated: refusals in their order, then what a switched-off wallet refuses (MODE-9)."""

import pytest
from worlds import NOON, D, ladder, lines, refuses, ruled, wallet, world

from margincli.domain.interest import HOUR
from margincli.domain.operations import decide
from margincli.domain.operations.activate import Activate
from margincli.domain.operations.isolated import Isolated
from margincli.domain.operations.transfer import Transfer

BTC, ETH = wallet("isolated:BTCUSDT"), wallet("isolated:ETHUSDT")
OFF, _ = decide(world(isolated_BTCUSDT={}), Isolated(BTC, "disable"))
ON, _ = decide(OFF.at(NOON + HOUR), Isolated(BTC, "enable"))
FULL = ruled({"isolated.max_wallets": "1"})
CROWDED, _ = decide(world(rules=FULL, isolated_BTCUSDT={}), Isolated(BTC, "disable"))
CROWDED, _ = decide(CROWDED, Activate(ETH, None, None, "", None, {}))

REFUSED = ladder(
    Isolated(wallet("margin"), "disable"),
    {},
    ("bad_wallet", {}, {"wallet": wallet("spot")}),
    ("spot_owes_nothing", {}, {"wallet": wallet("cross")}),
    ("isolated_only: cross", {}, {"wallet": BTC}),
    ("not_active: isolated:BTCUSDT", {"isolated_BTCUSDT": {"USDT": "1"}}, {}),
    ("wallet_not_empty: isolated:BTCUSDT still holds", {"isolated_BTCUSDT": {}}, {}),
)
REFUSED += [
    ("already_switched", "is disabled already", OFF, Isolated(BTC, "disable")),
    ("already_switched", "is enabled already", ON, Isolated(BTC, "enable")),
    ("disabled_lately", "once in 24 hours", ON.at(NOON + 24 * HOUR - 1), Isolated(BTC, "disable")),
    ("done", "", ON.at(NOON + 24 * HOUR), Isolated(BTC, "disable")),
    ("too_many_isolated", "has 1 isolated", CROWDED, Isolated(BTC, "enable")),
    ("wallet_disabled", "isolated:BTCUSDT is switched off", OFF.after([]), Transfer("USDT", D(1), wallet("spot"), BTC)),
]


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order_MODE_9(code, words, found, asked):
    refuses(code, words, found, asked)


def test_MODE_9_off_and_on_again_moves_nothing():
    after, entries = decide(OFF, Isolated(BTC, "enable"))
    assert lines(entries) == [("isolated", "", "0")] and not after.state.setting(BTC, "disabled_at")
