"""Running the examples of Cross Margin Pro."""

from decimal import Decimal as D

from examples import VECTORS, ruled, runs
from worlds import wallet, world

from margincli.domain.pro import initial_rate_up, maintenance_tiers
from margincli.domain.risk import exposure
from margincli.domain.tiers import lines


@runs(*(name for name in VECTORS if name.startswith("pro-imr-")))
def initial_margin_rate(given, expected):
    assert initial_rate_up(D(given["leverage"])) == D(expected["initial_margin_rate"])


@runs("pro-im-mm")
def initial_and_maintenance_margin(given, expected):
    """The example's tables name the initial rate, the rule file the leverage it comes from."""
    rates = {initial_rate_up(D(leverage)): str(leverage) for leverage in range(2, 21)}
    tables = {coin: [[tier["to"] or "", rates[D(tier["imr"])], tier["mmr"]] for tier in tiers] for coin, tiers in given["tiers"].items()}
    rules = ruled(**{f"pro__brackets__rows__{coin}": table for coin, table in tables.items()})
    prices = {f"{coin}USDT": price for coin, price in given["prices"].items()}
    coins = {"USDT": "1000000", **{coin: f"-{debt}" for coin, debt in given["debts"].items()}}
    total = exposure(world(leverage="10", rules=rules, prices=prices, cross=coins), wallet())
    assert (total.initial_margin, total.weight) == (D(expected["initial_margin"]), D(expected["maintenance_margin"]))
    for coin, amount in expected["quick_constants"].items():
        assert -[*lines(maintenance_tiers(rules, coin))][-1].offset == D(amount)
