"""Reading one account as it stands: levels and balances, what is allowed and why not more, what it has chosen.

Whatever fell due is settled in memory first; nothing is written. Every function takes a Call and returns the JSON
document of the contract.
"""

from .desk import Call, Document, bring_up_to_date, load, require_account
from .domain.bnb import discounts
from .domain.delisting import announced
from .domain.journal import Wallet
from .domain.loan import loan_of
from .domain.money import ZERO, plain
from .domain.operations.borrow import CHECKS as BORROW_CHECKS
from .domain.operations.borrow import Borrow
from .domain.operations.cool_off import ends_at as cooling_off_ends_at
from .domain.refusals import Refused
from .domain.risk import Room, health, max_borrow, max_transfer_out, require_level_to_move_out
from .domain.schemes import scheme_of
from .domain.world import World, moment
from .ledger import reading
from .render.documents import delisting_notices, entry_document, loan_document, notices, wallet_document


def status(call: Call) -> Document:
    """The account as it stands at `call.at`, settled in memory: nothing is written."""
    with reading(call.ledger) as session:
        require_account(session, call.account)
        world, due = bring_up_to_date(session, call.account, call.at)
        wallets = [wallet_document(health(world, wallet), world.state) for wallet in world.state.wallets(call.account)]
        leaving = announced(world, world.state.wallets(call.account))
        told = notices([entry_document(entry, None) for entry in due], wallets) + delisting_notices(leaving)
        document = {"mode": "paper", "account": call.account, "at": moment(call.at), "profile": world.rules.profile, "wallets": wallets, "notices": told}
        if (loan := loan_of(world)).remaining:
            document["liquidation_loan"] = loan_document(loan)
        if off := discounts(world):
            document["bnb"] = {name: plain(share) for name, share in off.items()}
        return {**document, "cooling_off_until": moment(until)} if (until := cooling_off_ends_at(world)) else document


def limits(call: Call, asset: str | None) -> Document:
    """The most that can be borrowed and moved out of each margin wallet, and what stands in the way of more."""
    with reading(call.ledger) as session:
        require_account(session, call.account)
        request = Borrow(Wallet(call.account, "spot"), asset, None) if asset else None
        world, _ = bring_up_to_date(session, call.account, call.at, request)
        if asset and asset not in world.rules.assets:
            raise Refused("unknown_asset", asset=asset)
        wallets = [wallet for wallet in world.state.wallets(call.account) if scheme_of(world, wallet).lends]
        rows = [_limit(world, wallet, coin) for wallet in wallets for coin in _coins(world, wallet, asset)]
        return {"mode": "paper", "account": call.account, "at": moment(call.at), "rows": rows}


def _coins(world: World, wallet: Wallet, asset: str | None) -> list[str]:
    pair = world.rules.pair(wallet.symbol) if wallet.symbol else None
    coins = (pair.base, pair.quote) if pair else sorted({*world.state.holdings(wallet), "USDT"})
    return [asset] if asset and (not pair or asset in coins) else [] if asset else list(coins)


def _limit(world: World, wallet: Wallet, asset: str) -> Document:
    try:
        for check in BORROW_CHECKS:
            check(world, Borrow(wallet, asset, None))
        room, why = max_borrow(world, wallet, asset), None
    except Refused as refusal:
        room, why = Room(ZERO, ()), refusal
    bounds = [{"bound": name, "amount": plain(amount)} for name, amount in room.bounds]
    if why:
        bounds.append({"bound": why.code, "message": why.message, "hint": why.hint})
    try:
        require_level_to_move_out(world, wallet)
        out = max_transfer_out(world, wallet, asset)
        if out < world.state.holding(wallet, asset).free:
            bounds.append({"bound": "transfer_out_level", "amount": plain(out)})
    except Refused as refusal:
        out = ZERO
        bounds.append({"bound": refusal.code, "message": refusal.message, "hint": refusal.hint})
    return {"wallet": wallet.name, "asset": asset, "max_borrow": plain(room.amount), "max_transfer_out": plain(out), "bounds": bounds}


def small_debts(call: Call, wallet: Wallet) -> Document:
    """The debts that `exchange-debts` would take, as the exchange lists them (SLX-1): coin and quantity, and their worth."""
    from .domain.operations.exchange_debts import small_debts as small
    from .domain.risk import shown

    with reading(call.ledger) as session:
        require_account(session, call.account)
        world, _ = bring_up_to_date(session, call.account, call.at)
        rows = [{"wallet": wallet.name, "asset": asset, "amount": plain(debt), "value_usdt": shown(worth)} for asset, debt, worth in small(world, wallet)]
        return {"mode": "paper", "account": call.account, "at": moment(call.at), "rows": rows}


def liquidation_loan(call: Call) -> Document:
    """The liquidation loan of the account, also one that is repaid; no row where there never was one (FUND-5)."""
    with reading(call.ledger) as session:
        require_account(session, call.account)
        world, _ = bring_up_to_date(session, call.account, call.at)
        loan = loan_of(world)
        return {"mode": "paper", "account": call.account, "at": moment(call.at), "rows": [loan_document(loan)] if loan.amount else []}


def small_balances(call: Call, wallet: Wallet) -> Document:
    """What `dust` would take: coin, what is free of it, and its worth (DUST-1)."""
    from .domain.operations.dust import Dust
    from .domain.operations.dust import small_balances as small
    from .domain.operations.words import wallet_active, wallet_named
    from .domain.risk import shown

    with reading(call.ledger) as session:
        require_account(session, call.account)
        request = Dust(wallet)
        world, _ = bring_up_to_date(session, call.account, call.at, request)
        for check in (wallet_named, wallet_active):
            check(world, request)
        rows = [{"wallet": wallet.name, "asset": asset, "amount": plain(free), "value_usdt": shown(worth)} for asset, free, worth in small(world, wallet)]
        return {"mode": "paper", "account": call.account, "at": moment(call.at), "rows": rows}


def settings(call: Call, name: str | None) -> Document:
    """The settings of the account, or the one named: value, rule and meaning."""
    from .domain.operations.settings import SETTINGS, value_of

    with reading(call.ledger) as session:
        require_account(session, call.account)
        world, _ = load(session, call.account, call.at)
        values = {key: value_of(world, key) for key in ([name] if name else SETTINGS)}
        rows = [{"name": key, "value": value, "rule": SETTINGS[key].rule, "meaning": SETTINGS[key].meaning} for key, value in values.items()]
        return {"mode": "paper", "account": call.account, "at": moment(call.at), "rows": rows}
