"""Checks that several verbs share. Each is one rule; a verb puts it where its turn is."""

from decimal import Decimal

from ..halts import DISABLED
from ..journal import Account, Wallet
from ..money import places_of, plain
from ..refusals import Refused
from ..risk import FORCE_LIQUIDATION, health, require_priced_debts, shown
from ..schemes import require_wallet, scheme_of
from ..world import World

UNITS_MOST = 2**63 - 1  # what an INTEGER of the ledger file holds


def amount_fits(world: World, request) -> None:
    """NUM-1: more than zero, no more decimals than the coin carries, no more than the file holds. None means 'max'."""
    if request.amount is not None:
        require_amount(world, request.asset, request.amount)


def require_amount(world: World, asset: str, amount: Decimal) -> None:
    places = world.rules.scale(asset)
    if amount <= 0:
        raise Refused("not_positive")
    if places_of(amount) > places:
        raise Refused("too_many_places", amount=plain(amount), asset=asset, places=places)
    if amount.scaleb(places) > UNITS_MOST:
        raise Refused("amount_too_large", amount=plain(amount), asset=asset, most=plain(Decimal(UNITS_MOST).scaleb(-places)))


def asset_known(world: World, request) -> None:
    """A coin of the rule book (-3002)."""
    if request.asset not in world.rules.assets:
        raise Refused("unknown_asset", asset=request.asset)


def wallet_named(world: World, request) -> None:
    require_wallet(world.rules, request.wallet)


def wallet_active(world: World, request) -> None:
    """MODE-1: margin verbs need an activated wallet (-3003)."""
    require_active(world, request.wallet)


def require_active(world: World, wallet: Wallet) -> None:
    if world.state.setting(wallet, DISABLED):
        raise Refused("wallet_disabled", wallet=wallet.name, symbol=wallet.symbol)
    if scheme_of(world, wallet).lends and not world.state.setting(wallet, "opened_at"):
        raise Refused("not_active", wallet=wallet.name, account=wallet.owner)


def wallet_admits(world: World, request) -> None:
    """MODE-4: an isolated wallet takes only the coins of its pair."""
    require_admitted(world, request.wallet, request.asset)


def require_admitted(world: World, wallet: Wallet, asset: str) -> None:
    if not scheme_of(world, wallet).admits(world.rules, wallet, asset):
        raise Refused("not_admitted", wallet=wallet.name, asset=asset)


def wallet_lends(world: World, request) -> None:
    if not scheme_of(world, request.wallet).lends:
        raise Refused("spot_owes_nothing", wallet=request.wallet.name)


def not_in_liquidation(world: World, request) -> None:
    """LIQ-2, THR-1: at or under the liquidation level the wallet is locked (-2023)."""
    require_priced_debts(world, request.wallet)
    current = health(world, request.wallet)
    if current.band == FORCE_LIQUIDATION:
        raise Refused("in_liquidation", wallet=request.wallet.name, level=shown(current.level), bar=current.bands.liquidation_at)


def may_trade(world: World, request) -> None:
    """THR-5: where a margin call stops trading, debts are repaid and coins come in, and nothing else (-2010)."""
    not_in_liquidation(world, request)
    current = health(world, request.wallet)
    if "trade" not in current.allows:
        raise Refused("no_trade_in_call", wallet=request.wallet.name, level=shown(current.level), bar=current.bands.trade_from)


def require_free(world: World, wallet: Wallet, asset: str, amount: Decimal, remedy: str) -> None:
    """Nothing free goes below zero (-3041)."""
    free = world.state.balance(Account(wallet, "free"), asset)
    if amount > free:
        raise Refused("balance_too_small", wallet=wallet.name, asset=asset, free=plain(free), amount=plain(amount), remedy=remedy)
