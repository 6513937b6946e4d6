"""Running the examples of isolated tiers, levels, collateral, liquidation prices and fees."""

from decimal import Decimal as D

from examples import UNIT, VECTORS, only, ruled, runs
from worlds import RULES, wallet, world

from margincli.domain.chart import Point, Series
from margincli.domain.market import IndexRules, Ticker
from margincli.domain.operations import decide
from margincli.domain.operations.leverage import Leverage
from margincli.domain.operations.trade import Trade
from margincli.domain.risk import health, max_borrow, shown
from margincli.domain.rulebook import Rulebook
from margincli.domain.walk import settle
from margincli.domain.isolated import isolated_bands, isolated_rungs, isolated_tier
from margincli.rules import load

# --- isolated ---


@runs("iso-max-borrow")
def isolated_max_borrow(given, expected):
    """Before tier limits: the tiers here are wide, and all have the example's ratio."""
    symbol, tiers = given["symbol"], len(RULES.numbers("isolated.bands.10.initial_risk_ratio"))
    ratios = {"isolated__bands__10__initial_risk_ratio": [given["initial_risk_ratio"]] * tiers}
    rules = ruled(**ratios, **{f"isolated__tier_step__rows__{symbol}": ["1000000", "1000000000"]})
    prices = {symbol: given["price"], "BTCUSDT": given["price"]}
    before = world(rules=rules, prices=prices, **{f"isolated_{symbol}": given["assets"]})
    assert max_borrow(before, wallet(f"isolated:{symbol}"), "USDC").amount == D(expected["max_borrow_usdc"])


def first_tier(given):
    return ruled(**{f"isolated__tier_step__rows__{given['symbol']}": list(given["tier1_limits"].values())})


@runs("tier-limits-10x")
def tier_limits(given, expected):
    """A debt at the limit is of the first tier, one unit more of the next."""
    rules, name = first_tier(given), f"isolated:{given['symbol']}"
    assert RULES.family(given["symbol"]) + "x" == given["family"]
    for asset, most in expected["max_borrow"].items():
        for debt, tier in ((most, expected["tier"]), (str(D(most) + UNIT), expected["tier"] + 1)):
            there = world(rules=rules, **{name.replace(":", "_"): {"BTC": "100+-1" if asset != "BTC" else f"100+-{debt}", "USDT": f"100000+-{debt if asset == 'USDT' else 1}"}})
            assert isolated_tier(there, wallet(name)) == tier
        assert isolated_rungs(there, wallet(name), asset)[0].limit == D(most)
    assert str(isolated_bands(world(rules=rules, **{name.replace(":", "_"): {}}), wallet(name)).leverage) == given["chosen_leverage"]


@runs("iso-tier-two-debts")
def two_debts(given, expected):
    """Under the profile of that time, whose tables have the example's limits and ratios: each debt's tier, and the worse of the two."""
    rules, (family, _) = Rulebook(load("2019")), given["table"].split()[::-1]
    assert rules.family(given["symbol"]) + "x" == family and rules.cells("isolated.tier_step", given["symbol"]) == list(given["tier1_limits"].values())
    owed = {asset: f"100+-{debt}" for asset, debt in given["debts"].items()}
    found = [
        isolated_bands(world(rules=rules, isolated_BTCUSDT={"BTC": "100", "USDT": "100", **debts}), wallet("isolated:BTCUSDT"))
        for debts in ({"BTC": owed["BTC"]}, {"USDT": owed["USDT"]}, owed)
    ]
    assert [bands.tier for bands in found] == [expected["tier_base"], expected["tier_quote"], expected["tier"]]
    assert (found[-1].leverage, found[-1].liquidation_at) == (D(expected["leverage"]), D(expected["liquidation_ratio"]))


@runs("tier-limits-8.5x")
def adjusted_limits(given, expected):
    name, start = f"isolated:{given['symbol']}", world(rules=first_tier(given), isolated_BTCUSDT={"USDT": "1000000"})
    after, _ = decide(start, Leverage(wallet(name), given["chosen_leverage"]))
    assert isolated_bands(after, wallet(name)).tier == expected["tier"]
    for asset, most in expected["max_borrow"].items():
        assert dict(max_borrow(after, wallet(name), asset).bounds)[f"tier {expected['tier']}"] == D(most)


@runs(*(name for name in VECTORS if name.startswith("iso-lev-")))
def isolated_leverage(given, expected):
    """The example's ratio wherever it stands in the tables: a debt of that tier has the example's leverage."""
    seen = 0
    for family in ("10", "5", "3"):
        rules = ruled(isolated__families__rows__BTCUSDT=family)
        for tier, ratio in enumerate(RULES.leaf(f"isolated.bands.{family}.initial_risk_ratio"), 1):
            if D(ratio) != D(given["initial_risk_ratio"]):
                continue
            debt = D(RULES.cells("isolated.tier_step", "BTCUSDT")[1]) * tier
            bands = isolated_bands(world(rules=rules, isolated_BTCUSDT={"BTC": "100", "USDT": f"-{debt}"}), wallet("isolated:BTCUSDT"))
            assert (bands.tier, bands.borrow_above, bands.leverage) == (tier, D(ratio), D(expected["leverage"]))
            seen += 1
    assert seen


# --- levels ---


@runs("ml-basic", "ml-api-sample", "net-value-short")
def levels(given, expected):
    if "assets" in given:
        there = world(prices=given["prices"], cross={**given["assets"], **{asset: f"-{debt}" for asset, debt in given["debts"].items()}})
        assert health(there, wallet()).exposure.net_asset == D(expected["net_value_usdt"])
        return
    if "assets_usd" in given:
        there, price, tolerance = world(cross={"USDT": given["assets_usd"], "USDC": "-" + given["debts_usd"]}), 1, 0
    else:
        there, price, tolerance = world(cross={"BTC": f"{given['total_asset_btc']}+-{given['total_liability_btc']}"}), 20000, D("0.000001")
        assert health(there, wallet()).exposure.net_asset == D(expected["net_asset_btc"]) * price
    assert abs(health(there, wallet()).level - D(expected["margin_level"])) <= tolerance


@runs("ml-no-debt-cross", "ml-no-debt-isolated")
def no_debt(given, expected):
    name = {"cross": "cross", "isolated": "isolated:BTCUSDT"}[given["mode"]]
    found = health(world(**{name.replace(":", "_"): {"USDT": "11"}}), wallet(name))
    assert D(shown(found.level)) == D(expected["marginLevel"])
    assert found.band == expected.get("marginLevelStatus", "EXCESSIVE")
    assert found.liquidation_prices == found.distances == {}  # the exchange writes 0


@runs("col-btc")
def collateral(given, expected):
    tiers = [[tier["to"], tier["ratio"]] for tier in given["tiers"]]
    rules = ruled(collateral__ladders__full__tiers=tiers)
    found = health(world(rules=rules, prices={"BTCUSDT": given["price"]}, cross={given["asset"]: given["amount"]}), wallet()).exposure
    assert (found.total_asset, found.collateral) == (D(expected["value_usd"]), D(expected["collateral_value_usd"]))


@runs("liq-price-long")
def liquidation_price(given, expected):
    found = health(world(prices={"BTCUSDT": "30000"}, cross={**given["assets"], **{asset: f"-{debt}" for asset, debt in given["debts"].items()}}), wallet())
    assert found.bands.liquidation_at == D(given["liquidation_ratio"])
    assert found.liquidation_prices == {"BTCUSDT": D(expected["liquidation_price"])}


@runs("delist-cross")
def delisted(given, expected):
    """Every coin at 1 USD and counted whole; it leaves an hour from now."""
    coin, at = given["delisted"], "2024-09-01T13:00:00Z"
    rules = ruled(delistings__rows__MATIC=at, collateral__ranks__rows__MATIC="full", collateral__ladders__full__tiers=[["", given["collateral_ratio"]]])
    coins = {**given["assets_usd"], **{asset: f"-{debt}" for asset, debt in given["debts_usd"].items()}}
    free = {("cross", asset): [("2000-01-01", "0")] for asset in given["debts_usd"]}
    before = world(at, rules=rules, prices={"MATICUSDT": "1", "BNBUSDT": "1"}, rates=free, cross=coins)
    assert health(before, wallet()).collateral_level == D(expected["cml_before"])
    _, entries = settle(before, before.now - 1)
    assert only(entries, "transfer").amount == D(expected["transfer_out_matic_usd"])
    moved = before.after([only(entries, "transfer")])
    assert health(moved, wallet()).collateral_level == D(expected["cml_after_transfer"])
    sold = only(entries, "delisting_sell")
    assert (sold.asset, sold.amount) == (coin, D(expected["sold_at_market_matic_usd"]))


# --- fees ---


@runs("fee-sell", "fee-buy-base")
def fee(given, expected):
    symbol = given.get("symbol", "BTCUSDT")
    rules = ruled(fees__trade=[["0", given["rate"]]])
    before = world(rules=rules, prices={symbol: given["price"]}, spot={"BTC": "1", "USDT": "5000"})
    _, entries = decide(before, Trade(wallet("spot"), given["side"], symbol, D(given["qty"]), None))
    told = only(entries, "trade").facts
    assert (told["fee"], told["fee_asset"]) == (expected["commission"], expected["asset"])
    assert told["quote_qty"] == expected.get("quote", told["quote_qty"])


# --- index ---


@runs("idx-cap-high")
def outlier(given, expected):
    """The median is that of three sources, the third off it by the example's share."""
    raw = D(given["median"]) * (1 + D(given["source_deviation"]))
    assert raw == D(expected["source_price_raw"]) and RULES.number("index.cap") == D(given["cap"])
    prices = {"a": D(given["median"]), "b": D(given["median"]), "c": raw}
    ticker = Ticker("BTCUSDT", {source: Series([Point(0, price)]) for source, price in prices.items()}, IndexRules.of(RULES))
    assert {share.source: share.used for share in ticker.shares(0)} == {**prices, "c": D(expected["source_price_used"])}
