"""Running the examples of interest, repaying and borrowing."""

from decimal import Decimal as D

from examples import UNIT, only, owned, ruled, runs
from worlds import RULES, at, wallet, world

from margincli.domain.interest import HOUR, charge_hour_up, hours_charged, rate_yearly
from margincli.domain.operations import decide
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.repay import Repay
from margincli.domain.operations.trade import Trade
from margincli.domain.pool import path
from margincli.domain.risk import health, max_borrow
from margincli.domain.walk import settle

DAY = "2024-09-01T"

# --- interest ---


@runs("int-hours-usdt", "int-half-hour", "int-btc-two-hours", "int-waive-first-hour")
def loan_over_hours(given, expected):
    """Borrow, wait, and where the example does, repay all."""
    asset, principal = given["asset"], D(given["principal"])
    rate = given.get("daily_rate") or str(D(given["hourly_rate"]) * 24)
    begin, end = at(DAY + given["borrowed_at"]), at(DAY + given.get("repaid_at", given.get("now", "")))
    rules = ruled(interest__waived_hours__rows={asset: str(given.get("waived_hours", 0))})
    before = world(now=begin, rules=rules, rates={("cross", asset): [("2024-01-01", rate)]}, cross={"USDT": "900000", "USDC": "900000", "BTC": "20"})
    lent, first = decide(before, Borrow(wallet(), asset, principal))
    later, due = settle(lent.at(end), begin)
    charged = [entry for entry in first + due if entry.kind == "interest"]
    assert sum(int(entry.facts["hours"]) for entry in charged) == hours_charged(begin, end) == expected["hours"]
    assert sum(int(entry.facts["hours"]) for entry in charged if entry.amount) == expected.get("charged_hours", expected["hours"])
    owed = later.state.holding(wallet(), asset)
    assert owed.borrowed == principal
    assert abs(owed.interest - D(expected["interest"])) <= UNIT
    if given.get("repaid", True):
        repaid, entries = decide(later, Repay(wallet(), asset, None))
        assert only(entries, "repay").amount == principal + owed.interest
        assert not repaid.state.owes(wallet())


@runs("int-round-up-usdt")
def hour_on_borrow(given, expected):
    """A loan at exactly a full hour: charged once, and again an hour later."""
    begin = given["interest_accrued_time_ms"]
    before = world(now=begin, rates={("cross", "USDT"): [("2000-01-01", given["daily_rate"])]}, cross={"BTC": "1"})
    lent, entries = decide(before, Borrow(wallet(), given["asset"], D(given["principal"])))
    row = only(entries, "interest")
    assert (row.at, row.facts["type"], row.facts["hours"]) == (begin, given["type"], given["hours"])
    assert row.amount == D(expected["interest"]) == lent.state.holding(wallet(), "USDT").interest
    assert settle(lent.at(begin + HOUR - 1), begin)[1] == []


@runs("int-gala-isolated")
def hours_of_an_isolated_loan(given, expected):
    name = f"isolated:{given['symbol']}"
    rates = {("isolated", given["asset"]): [("2024-01-01", given["daily_rate"])], ("cross", given["asset"]): [("2024-01-01", "0.5")]}
    before = world(now=DAY + "03:30", prices={given["symbol"]: "0.05"}, rates=rates, **{name.replace(":", "_"): {"GALA": "1000", "USDT": "-" + given["principal"]}})
    after, entries = settle(before.at(at(DAY + given["charges_at"][-1])), before.now)
    row = only(entries, "interest")
    assert (row.facts["type"], row.facts["hours"], row.facts["first"]) == (given["types"][0], len(given["charges_at"]), f"{DAY}{given['charges_at'][0]}:00Z")
    assert row.facts["charge"] == expected["interest_each"]
    assert row.facts["principal"] == given["principal"]
    assert after.state.holding(wallet(name), "USDT").interest == D(expected["interest_each"]) * 2


@runs("int-eth-cross", "int-ft-a", "int-ft-b", "int-ft-c")
def one_hour(given, expected):
    asset = given.get("asset", "USDT")
    rates = {("cross", asset): [("2024-01-01", given["daily_rate"])]}
    before = world(now=DAY + "12:30", rates=rates, cross={"BTC": "1", asset: "-" + given["principal"]})
    after, _ = settle(before.at(before.now + given["hours"] * HOUR), before.now)
    charged = after.state.holding(wallet(), asset).interest
    assert charged == charge_hour_up(D(given["principal"]), D(given["daily_rate"]), 8)
    assert abs(charged - D(expected["interest"])) <= (UNIT if "asset" not in given else 0)


@runs("int-yearly")
def yearly(given, expected):
    assert rate_yearly(D(given["daily_rate"])) == D(expected["yearly_rate"])


@runs("rate-cap-up")
def rate_of_the_pool(given, expected):
    """All that the pool has is lent, so its rate goes up as fast as it may: from the rate before to that of the next full hour."""
    before = D(given["daily_rate_prev"])
    rules = ruled(**{"pool__supply__rows__" + given["asset"]: "1000", "coins__rates__rows__" + given["asset"]: str(before)})
    begin = at(DAY + "12:30")
    rates = path(rules, {}, {given["asset"]: D(1000)}, begin, begin + given["hours"] * HOUR)
    assert [(rate.since, rate.rate_daily) for rate in rates] == [(at(DAY + "13:00"), D(expected["daily_rate_next"]))]
    assert (rates[0].rate_daily > before) == (given["direction"] == "up")


# --- repaying ---


@runs("repay-interest-first")
def interest_first(given, expected):
    asset = given["asset"]
    before = world(cross={"BTC": "1", asset: f"20+-30/{given['interest_owed']}"})
    after, entries = decide(before, Repay(wallet(), asset, D(given["repay_amount"])))
    told = only(entries, "repay").facts
    assert (told["interest"], told["principal"]) == (expected["interest_repaid"], expected["principal_repaid"])
    assert after.state.holding(wallet(), asset)[3:] == (30 - D(expected["principal_repaid"]), 0)


@runs("repay-auto-seed")
def auto_repay(given, expected):
    """The example leaves the fee out, so the rule book here does."""
    asset, price = given["asset"], D("20000")
    before = world(rules=ruled(fees__trade=[["0", "0"]]), cross={"BTC": "1", asset: "-" + given["debt"]})
    order = Trade(wallet(), "SELL", "BTC" + asset, D(given["sale_proceeds"]) / price, None, side_effect=given["side_effect"])
    after, entries = decide(before, order)
    assert only(entries, "repay").amount == D(expected["repaid"])
    assert after.state.holding(wallet(), asset).debt == D(expected["debt_after"])


# --- fees ---


@runs("fee-three-kinds")
def three_kinds_of_fee(given, expected):
    parts = {kind: ["0", given[kind]["taker"], "0", given[kind]["seller"]] for kind in ("standard", "tax", "special")}
    rules = ruled(fees__trade=[["0", "0"]], fees__parts__rows=parts)
    before = world(rules=rules, prices={"BTCUSDT": given["price"]}, spot={"BTC": given["qty"]})
    order = Trade(wallet("spot"), given["side"], "BTCUSDT", D(given["qty"]), None, given["type"])
    told = only(decide(before, order)[1], "trade").facts
    assert told["quote_qty"] == expected["notional"]
    assert {kind: told[f"fee_{kind}"] for kind in parts} == {kind: expected[f"{kind}_commission"] for kind in parts}
    assert D(told["fee"]) == sum(D(expected[f"{kind}_commission"]) for kind in parts)


# --- borrowing ---


@runs("borrow-auto-seed")
def auto_borrow(given, expected):
    """A limit order, whose cost is no estimate (BOR-8)."""
    ((asset, cost),) = given["order_cost"].items()
    price = D("20000")
    order = Trade(wallet(), "BUY", "BTC" + asset, D(cost) / price, None, "LIMIT", price, given["side_effect"])
    after, entries = decide(world(cross=given["wallet"]), order)
    assert only(entries, "borrow").amount == D(expected["borrowed"])
    assert owned(after, asset) == 0


@runs("borrow-3x-seed")
def three_times(given, expected):
    before = world(leverage=str(given["leverage"]), cross={"USDT": given["equity_usd"]})
    assert max_borrow(before, wallet(), "USDT").amount == D(expected["max_borrow_usd"])
    after, _ = decide(before, Borrow(wallet(), "USDT", None))
    assert health(after, wallet()).exposure.total_asset == D(expected["max_position_usd"])


@runs("borrow-3x-short")
def three_times_short(given, expected):
    before = world(leverage=str(given["leverage"]), cross=given["equity"])
    after, entries = decide(before, Borrow(wallet(), "BTC", None))
    assert only(entries, "borrow").amount == D(expected["max_borrow_btc"])
    sold, _ = decide(after, Trade(wallet(), "SELL", "BTCUSDT", D(expected["max_sell_btc"]), None))
    assert owned(sold, "BTC") == 0


@runs("sideeffect-none")
def no_side_effect(given, expected):
    order, price = given["order"], given["order"]["price"]
    debts = {asset: f"{given['balances'].get(asset, '0')}+-{debt}" for asset, debt in given["debts"].items()}
    before = world(prices={"BTCUSDC": price, "BTCUSDT": price}, cross={**given["balances"], **debts})
    assert RULES.leaf("fees.trade")[0][1] == order["fee_rate"]
    after, entries = decide(before, Trade(wallet(), order["side"], "BTCUSDC", D(order["qty"]), None, "LIMIT", D(price), order["side_effect"]))
    assert [entry.kind for entry in entries] == ["trade"]
    assert after.state.holding(wallet(), "USDC").debt == D(expected["debt_usdc_after"])
    told = entries[0].facts
    assert (told["quote_qty"], told["fee"]) == (expected["gross_proceeds_usdc"], expected["commission_usdc"])
    assert owned(after, "USDC") == D(expected["gross_proceeds_usdc"]) - D(expected["commission_usdc"])


@runs("borrow-market-buffer")
def market_buffer(given, expected):
    """The example does not name the coin: taken for the quote coin of a purchase, without a least loan."""
    rules = ruled(borrow__minimum_usdt="0", order__market_buffer=given["buffer"])
    free = str(100 - D(given["shortfall"]))
    before = world(rules=rules, prices={given["symbol"]: "1000"}, **{f"{given['mode']}_{given['symbol']}": {"USDT": free}})
    order = Trade(wallet(f"{given['mode']}:{given['symbol']}"), "BUY", given["symbol"], D("0.1"), None, given["order"], None, "MARGIN_BUY")
    assert only(decide(before, order)[1], "borrow").amount == D(expected["borrowed"])
