"""The margin modes as rows of one table: what a wallet admits, how its coins count, where its bars stand.

Code asks the row; nobody asks for the mode. A new mode is a new row.
"""

from decimal import Decimal
from typing import Callable, NamedTuple

from . import pro
from .bands import Bands, Rung
from .isolated import ADJUSTED, adjustment, both_coins, isolated_bands, isolated_rungs
from .journal import Wallet
from .measure import PLAIN, Measure
from .money import ONE, give_down_quotient
from .refusals import Refused
from .rulebook import Rulebook
from .tiers import WHOLE, Tiers, flat, weighed
from .world import World


class Scheme(NamedTuple):
    """How one mode works. `account_type` is the exchange's name for it (MODE-3); `shows_collateral_level`: whether a level with haircuts stands beside the margin level (ML-2).

    `tiers` answers how a coin counts now for a purpose: borrow, transfer_out or liquidation (COL-6). `measure` is how the level is
    taken; `initial` the initial margin rates of a debt where the mode has such a margin (PRO-3);
    `quiz` begins the ids of its own questionnaire's questions, `regions` names the list of where it is offered ('': everywhere).
    `call_bars`: every level at which a wallet may be called whose level is assets over debts. `interest_in_bnb`: whether its interest
    may be paid in BNB (BNB-2).
    """

    mode: str
    account_type: str
    lends: bool
    shows_collateral_level: Callable[[Rulebook], bool]
    fee_rule: str
    admits: Callable[[Rulebook, Wallet, str], bool]
    tiers: Callable[[World, str, str], Tiers]
    bands: Callable[[World, Wallet], Bands]
    rungs: Callable[[World, Wallet, str], list[Rung]]
    leverages: Callable[[Rulebook, Wallet], tuple[str, ...]]
    hand_liquidation: Callable[[World, Wallet], bool]
    measure: Measure = PLAIN
    initial: Callable[[Rulebook, str], Tiers] | None = None
    quiz: str = ""
    regions: str = ""
    call_bars: Callable[[Rulebook, str], list[Decimal]] = lambda *_: []
    leverage_key: str = "leverage"  # the setting that holds what the user chose
    adjusts: Callable[[Rulebook, Wallet], tuple[Decimal, Decimal] | None] = lambda *_: None  # any leverage between these two (ISO-6)
    taken_on_above: Callable[[World, Wallet], Decimal] | None = None  # the level a leverage is only taken on above (MODE-6, MODE-7, ISO-7)
    interest_in_bnb: bool = False


def collateral_value(tiers: Tiers, value: Decimal) -> Decimal:
    """COL-1: each slice of value takes the ratio of its own tier."""
    return weighed(tiers, value)


# --- cross (THR-1, COL-*) ---


def leverage_of(world: World, wallet: Wallet) -> str:
    """MODE-5: the one chosen, else the default."""
    return world.state.setting(wallet, "leverage") or world.rules.leaf("cross.default_leverage")


def cross_bands(world: World, wallet: Wallet) -> Bands:
    leverage = leverage_of(world, wallet)
    return world.rules.once(("cross bands", leverage), lambda: _cross_bands(world.rules, leverage))


def _cross_bands(rules: Rulebook, leverage: str) -> Bands:
    bars = f"cross.bands.{leverage}."
    names = ("excessive_above", "transfer_out_above", "borrow_above", "margin_call_at", "liquidation_at", "stop_above")
    trade_from, at_bar = Decimal(rules.leaf(bars + "trade_from", "0")), rules.leaf(bars + "call_at_bar", "yes") == "yes"
    return Bands(*(rules.number(bars + name) for name in names), leverage=Decimal(leverage), trade_from=trade_from, call_at_bar=at_bar)


def cross_rungs(world: World, wallet: Wallet, asset: str) -> list[Rung]:
    """BOR-2 and BOR-4: one initial ratio, and the limit of the coin at the VIP level, where one is known."""
    initial = flat(world.rules.number(f"cross.bands.{leverage_of(world, wallet)}.initial_risk_ratio"))
    return [Rung(lambda _: initial, world.rules.borrow_limit(asset, world.vip), "limit")]


# --- cross at Pro's leverage (PRO-*) ---


def pro_rungs(world: World, wallet: Wallet, asset: str) -> list[Rung]:
    """PRO-5: a debt of 1 takes itself and its initial margin out of the collateral value; no more is lent than the brackets reach (PRO-1)."""
    rules, end = world.rules, pro.brackets_of(world.rules, asset).end_usdt
    reach = give_down_quotient(end, world.price_usdt(asset), rules.scale(asset)) if end else None
    limit = min((limit for limit in (reach, rules.borrow_limit(asset, world.vip)) if limit is not None), default=None)
    initial = lambda coin: tuple((to, ONE + rate) for to, rate in pro.initial_tiers(rules, coin))  # noqa: E731
    return [Rung(initial, limit, "limit", "available margin")]


def cross_taken_on_above(world: World, wallet: Wallet) -> Decimal:
    """MODE-6, MODE-7: the initial ratio of the leverage."""
    return world.rules.number(f"cross.bands.{leverage_of(world, wallet)}.initial_risk_ratio")


def cross_call_bars(rules: Rulebook, _: str) -> list[Decimal]:
    """THR-1: of the leverages that are measured by assets over debts."""
    classic = [leverage for leverage in rules.leaf("cross.leverages") if rules.leaf(f"cross.bands.{leverage}.scheme", "cross") == "cross"]
    return [rules.number(f"cross.bands.{leverage}.margin_call_at") for leverage in classic]


# --- regions ---


def _allowed_by_region(world: World, wallet: Wallet) -> bool:
    """LIQ-11: by hand only where the region's rules ask for it."""
    return region_listed(world.rules, "liquidation.manual_isolated_regions", world.state.setting(Wallet(wallet.owner, "spot"), "region"))


def region_listed(rules: Rulebook, path: str, region: str) -> bool:
    """Whether a list of the rule file names the region; '*' in it means everywhere."""
    regions = rules.leaf(path)
    return "*" in regions or region in regions


# --- the table ---


def _none(*_: object) -> None:
    return None


CROSS = Scheme(
    mode="cross",
    account_type="MARGIN_1",
    lends=True,
    shows_collateral_level=lambda rules: rules.leaf("collateral.shown", "yes") == "yes",
    fee_rule="liquidation.fee_cross",
    admits=lambda *_: True,
    tiers=lambda world, asset, purpose: world.rules.tiers(asset, world.now, purpose),
    bands=cross_bands,
    rungs=cross_rungs,
    leverages=lambda rules, _: tuple(rules.leaf("cross.leverages")),
    hand_liquidation=lambda *_: True,
    call_bars=cross_call_bars,
    interest_in_bnb=True,
    taken_on_above=cross_taken_on_above,
)


SCHEMES: dict[str, Scheme] = {
    "spot": Scheme("spot", "", False, lambda _: False, "", lambda *_: True, lambda *_: WHOLE, _none, lambda *_: [], lambda *_: (), lambda *_: False),
    "cross": CROSS,
    "pro": CROSS._replace(
        account_type="MARGIN_2",
        fee_rule="liquidation.fee_pro",
        rungs=pro_rungs,
        measure=pro.MEASURE,
        initial=pro.initial_tiers,
        quiz="pro-",
        regions="pro.regions",
        call_bars=lambda *_: [],
    ),
    "isolated": Scheme(
        mode="isolated",
        account_type="",
        lends=True,
        shows_collateral_level=lambda _: False,
        fee_rule="liquidation.fee_isolated",
        admits=both_coins,
        tiers=lambda *_: WHOLE,
        bands=isolated_bands,
        rungs=isolated_rungs,
        leverages=lambda rules, wallet: (rules.family(wallet.symbol),),
        hand_liquidation=_allowed_by_region,
        call_bars=lambda rules, symbol: list(rules.numbers(f"isolated.bands.{rules.family(symbol)}.margin_call_at")),
        leverage_key=ADJUSTED,
        adjusts=adjustment,
        taken_on_above=lambda world, wallet: isolated_bands(world, wallet).borrow_above,
    ),
}


def scheme_at(rules: Rulebook, wallet: Wallet, leverage: str | None) -> Scheme:
    """The row of a wallet at a leverage: its mode's own, unless the rule file gives that leverage another (MODE-3)."""
    return SCHEMES[rules.leaf(f"{wallet.mode}.bands.{leverage}.scheme", wallet.mode)]


def scheme_of(world: World, wallet: Wallet) -> Scheme:
    return world.state.as_set(wallet, world.rules, lambda wallet: scheme_at(world.rules, wallet, leverage_of(world, wallet)))


def require_wallet(rules: Rulebook, wallet: Wallet) -> Scheme:
    """The scheme of a wallet the user named. Raises Refused bad_wallet or unknown_pair."""
    scheme = SCHEMES.get(wallet.mode)
    if scheme is None or scheme.mode != wallet.mode or bool(wallet.symbol) != (wallet.mode == "isolated"):
        raise Refused("bad_wallet", wallet=wallet.name)
    if wallet.symbol and rules.pair(wallet.symbol) is None:
        raise Refused("unknown_pair", symbol=wallet.symbol)
    return scheme
