"""Law: what is said to allow a thing allows it when carried out, and one unit less does not, whatever the wallet (THR-1, THR-4, THR-5, TRF-8, CALL-2)."""

from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import D, wallet, world

from margincli.domain.money import unit
from margincli.domain.operations import decide
from margincli.domain.operations.repay import Repay, RepaySelling
from margincli.domain.operations.transfer import Transfer
from margincli.domain.remedy import TRANSFER_IN, denials, refusal_of, something_lent, what_would_end_the_call
from margincli.domain.risk import health

SPOT, PLENTY = wallet("spot"), {"USDT": "100000000", "BTC": "10000"}
amounts = st.integers(1, 5_000_000).map(lambda cents: D(cents) / 100)


@st.composite
def worlds(draw):
    name = draw(st.sampled_from(("cross", "isolated:BTCUSDT")))
    held = {"USDT": str(draw(amounts)), "BTC": str(draw(amounts) / 10000)}
    debt, coin = draw(amounts), draw(st.sampled_from(("USDT", "BTC")))
    held[coin] += f"+-{debt if coin == 'USDT' else debt / 10000}/{draw(st.integers(0, 100)) * unit(8)}"
    if name == "cross" and draw(st.booleans()):
        held |= {"CFX": str(draw(amounts)), "ETH": f"-{draw(amounts) / 1000}"}
    told = {"prices": {"CFXUSDT": "0.5"}, "leverage": draw(st.sampled_from(("3", "5", "10"))) if name == "cross" else "10"}
    return wallet(name), world(**told, spot=PLENTY, **{name.replace(":", "_"): held})


def carried_out(found, name, remedy, amount):
    if not amount:
        return found
    if remedy.verb == TRANSFER_IN:
        return decide(found, Transfer(remedy.asset, amount, SPOT, name))[0]
    return decide(found, RepaySelling(name, remedy.asset, amount, (remedy.sell,)) if remedy.sell else Repay(name, remedy.asset, amount))[0]


def lends(found, name) -> bool:
    return refusal_of(found, something_lent(name, "USDT")) is None


@given(worlds())
@settings(max_examples=10, deadline=None)
def test_THR_1_TRF_8_CALL_2_to_the_unit(drawn):
    name, found = drawn
    for denial in denials(found, name):
        for remedy in denial.remedies:
            for amount, expected in ((remedy.amount, True), (remedy.amount - unit(8), False)):
                after = carried_out(found, name, remedy, amount)
                assert (lends(after, name) if denial.verb == "borrow" else denial.verb in health(after, name).allows) == expected
    for remedy in what_would_end_the_call(found, name):
        for amount, expected in ((remedy.amount, False), (remedy.amount - unit(8), True)):
            after = health(carried_out(found, name, remedy, amount), name)
            assert after.bands.calls(after.level) == expected
