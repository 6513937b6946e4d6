"""Reading one account as it stands: levels and balances, what is allowed and why not more, what it has chosen.

Whatever fell due is settled in memory first; nothing is written. Every function takes a Call and returns the JSON
document of the contract.
"""

from .desk import Call, Document, bring_up_to_date, load, require_account
from .domain.bnb import discounts
from .domain.delisting import announced
from .domain.halts import cooling_off_until
from .domain.journal import Wallet
from .domain.loan import loan_of
from .domain.money import ZERO, plain
from .domain.operations.borrow import Borrow
from .domain.refusals import Refused
from .domain.remedy import Denial, denials, loan_denial, refusal_of, something_lent, what_would_end_the_call
from .domain.risk import TRANSFER_OUT, Room, health, max_borrow, max_transfer_out
from .domain.schemes import scheme_of
from .domain.world import World, moment
from .ledger import reading
from .render.denials import denial_document, remedy_documents
from .render.documents import delisting_notices, entry_document, loan_document, notices, wallet_document


def status(call: Call) -> Document:
    """The account as it stands at `call.at`, settled in memory: nothing is written."""
    with reading(call.ledger) as session:
        require_account(session, call.account)
        world, due = bring_up_to_date(session, call.account, call.at)
        wallets = [_wallet(world, wallet) for wallet in world.state.wallets(call.account)]
        leaving = announced(world, world.state.wallets(call.account))
        told = [*notices([entry_document(entry, None) for entry in due], wallets), *delisting_notices(leaving)]
        document = {"mode": "paper", "account": call.account, "at": moment(call.at), "profile": world.rules.profile, "wallets": wallets, "notices": told}
        if (loan := loan_of(world)).remaining:
            document["liquidation_loan"] = loan_document(loan)
        if off := discounts(world):
            document["bnb"] = {name: plain(share) for name, share in off.items()}
        return {**document, "cooling_off_until": moment(until)} if (until := cooling_off_until(world)) else document


def _wallet(world: World, wallet: Wallet) -> Document:
    """A wallet with all that it does not allow now, whether for its level or for another reason."""
    document = wallet_document(health(world, wallet), world.state)
    denied = [denial_document(wallet, denial) for denial in denials(world, wallet)]
    allows = [verb for verb in document["allows"] if verb not in {denial["verb"] for denial in denied}]
    return {**document, "allows": allows, "denied": denied, "call_ended_by": remedy_documents(wallet, what_would_end_the_call(world, wallet))}


def limits(call: Call, asset: str | None) -> Document:
    """The most that can be borrowed and moved out of each margin wallet, and what stands in the way of more."""
    with reading(call.ledger) as session:
        require_account(session, call.account)
        request = Borrow(Wallet(call.account, "spot"), asset, None) if asset else None
        world, _ = bring_up_to_date(session, call.account, call.at, request)
        if asset and asset not in world.rules.assets:
            raise Refused("unknown_asset", asset=asset)
        wallets = [wallet for wallet in world.state.wallets(call.account) if scheme_of(world, wallet).lends]
        denied = {wallet: {denial.verb: denial for denial in denials(world, wallet)} for wallet in wallets}
        rows = [_limit(world, wallet, coin, denied[wallet]) for wallet in wallets for coin in _coins(world, wallet, asset)]
        return {"mode": "paper", "account": call.account, "at": moment(call.at), "rows": rows}


def _coins(world: World, wallet: Wallet, asset: str | None) -> list[str]:
    pair = world.rules.pair(wallet.symbol) if wallet.symbol else None
    coins = (pair.base, pair.quote) if pair else sorted({*world.state.holdings(wallet), "USDT"})
    return [asset] if asset and (not pair or asset in coins) else [] if asset else list(coins)


def _limit(world: World, wallet: Wallet, asset: str, denied: dict[str, Denial]) -> Document:
    """`why` names what keeps the loan from being larger: the tightest bound, or the refusal of the smallest loan."""
    why = refusal_of(world, something_lent(wallet, asset))
    room = Room(ZERO, ()) if why else max_borrow(world, wallet, asset)
    bounds = [{"bound": name, "amount": plain(amount)} for name, amount in sorted(room.bounds, key=lambda bound: bound[1])]
    found = [loan_denial(world, wallet, asset, why, denied)] if why else []
    out = ZERO if TRANSFER_OUT in denied else max_transfer_out(world, wallet, asset)
    if TRANSFER_OUT in denied:
        found.append(denied[TRANSFER_OUT])
    bounds += [{"bound": denial.refusal.code, "message": denial.refusal.message, "hint": denial.refusal.hint} for denial in found]
    if TRANSFER_OUT not in denied and out < world.state.holding(wallet, asset).free:
        bounds.append({"bound": "transfer_out_level", "amount": plain(out)})
    amounts = {"max_borrow": plain(room.amount), "max_transfer_out": plain(out)}
    return {"wallet": wallet.name, "asset": asset, **amounts, "bounds": bounds, "why": why.code if why else room.tightest, "denied": [denial_document(wallet, denial) for denial in found]}


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
