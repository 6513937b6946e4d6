"""status for people: warnings first, a line a wallet, then the coins, then the prices that would liquidate."""

from typing import Any

from . import denials
from .blocks import DANGER, FAINT, GOOD, WARNING, Block, Cell, Grid, Line, Title
from .plain import away, clock, level, owed, percent, worth

TONES = {
    "EXCESSIVE": GOOD,
    "NORMAL": GOOD,
    "MARGIN_CALL": WARNING,
    "PRE_LIQUIDATION": DANGER,
    "FORCE_LIQUIDATION": DANGER,
}
_WALLETS = ("Wallet", "Status", "Level", "Collateral", "Call", "Liquid.", "Assets USDT", "Debts USDT", "Net USDT", "May")
_MARGINS = ("Wallet", "Initial margin USDT", "Maintenance USDT", "Available USDT", "Order loss USDT")  # Cross Margin Pro
_COINS = ("Wallet", "Coin", "Free", "Locked", "Borrowed", "Interest", "Net")
_PAID_IN_BNB = {"fees": "trading fees", "interest": "cross interest"}


def status(document: dict[str, Any]) -> list[Block]:
    wallets = document.get("wallets", [])
    blocks: list[Block] = [heading(document)]
    if not wallets:
        return [*blocks, Line("No wallet holds anything yet.")]
    if document.get("cooling_off_until"):
        blocks.append(Line(f"Cooling off: nothing can be borrowed until {clock(document['cooling_off_until'])}."))
    if loan := document.get("liquidation_loan"):
        blocks.append(Line(f"Liquidation loan: {loan['remaining_amount']} of {loan['amount']} {loan['asset']} remain. Repay from spot: margincli liquidation-loan all", WARNING))
    if document.get("bnb"):
        kinds = (f"{_PAID_IN_BNB.get(kind, kind)} less {percent(share)}" for kind, share in document["bnb"].items())
        blocks.append(Line(f"Paid in BNB: {', '.join(kinds)}."))
    blocks += told(document, wallets) + denials.call_lines(wallets)
    blocks.append(Grid(_WALLETS, "lldddddddl", [_wallet(wallet) for wallet in wallets]))
    margins = [_margins(wallet) for wallet in wallets if "maintenance_margin_usdt" in wallet]
    if margins:
        blocks.append(Grid(_MARGINS, "ldddd", margins))
    coins = [_coin(wallet, balance) for wallet in wallets for balance in wallet.get("balances") or ()]
    if coins:
        blocks.append(Grid(_COINS, "llddddd", coins))
    return blocks + liquidation_prices(wallets) + denials.lines(denied for wallet in wallets for denied in wallet.get("denied") or ())


def heading(document: dict[str, Any]) -> Line:
    """Whose books these are, and of when."""
    said = [f"account {document.get('account') or 'all'}", f"{clock(document.get('at'))} UTC"]
    if document.get("profile"):
        said.append(f"rules {document['profile']}")
    return Line("  ".join([*said, "paper money"]), FAINT)


def word(status_: str | None) -> Cell:
    """The state in a word and in its colour."""
    return Cell((status_ or "").replace("_", " "), TONES.get(status_ or "", ""))


def may(wallet: dict[str, Any]) -> str:
    return ", ".join(allowed.replace("_", " ") for allowed in wallet.get("allows") or ())


def leverage(wallet: dict[str, Any]) -> str:
    return f"{wallet['wallet']} {wallet['leverage']}x" if wallet.get("leverage") else wallet["wallet"]


def told(document: dict[str, Any], wallets: list[dict[str, Any]]) -> list[Line]:
    """The notices of the desk; where it gave none, what the wallets' own state calls for."""
    if "notices" in document:
        return [_notice(notice) for notice in document["notices"]]
    return [line for wallet in wallets for line in warnings(wallet)]


def _notice(notice: dict[str, Any]) -> Line:
    code = str(notice.get("code"))
    if code == "pool_shared":
        return Line(f"NOTE {notice.get('message')}", FAINT)
    if code.endswith("_over"):
        return Line(f"NOTE {notice.get('message')}", GOOD)
    return Line(f"WARNING {notice.get('message')}", DANGER if code.startswith(("liquidation", "pre_liquidation", "deficit")) else WARNING)


def warnings(wallet: dict[str, Any]) -> list[Line]:
    """What must not be overlooked, in words."""
    name, at = wallet.get("wallet"), level(wallet.get("margin_level"))
    told = []
    if wallet.get("status") in ("FORCE_LIQUIDATION", "PRE_LIQUIDATION"):
        told.append(Line(f"LIQUIDATION of {name} is due: level {at}, liquidation at {level(wallet.get('liquidation_level'))}.", DANGER))
    elif wallet.get("status") == "MARGIN_CALL":
        bars = f"call at {level(wallet.get('margin_call_level'))}, liquidation at {level(wallet.get('liquidation_level'))}"
        told.append(Line(f"MARGIN CALL on {name}: level {at}, {bars}. Repay, or transfer funds in.", WARNING))
    if wallet.get("unpriced"):
        told.append(Line(f"WARNING: {name} holds coins without a price, counted as nothing: {', '.join(wallet['unpriced'])}.", WARNING))
    return told


def liquidation_prices(wallets: list[dict[str, Any]]) -> list[Block]:
    """The price of each pair at which a wallet would be liquidated, and how far away that is."""
    several = len({wallet.get("account") for wallet in wallets}) > 1
    rows = [
        [f"{wallet['account']} {wallet['wallet']}" if several else wallet["wallet"], symbol, price, away((wallet.get("distance") or {}).get(symbol))]
        for wallet in wallets
        for symbol, price in (wallet.get("liquidation_prices") or {}).items()
    ]
    return [Title("Liquidation prices"), Grid(("Wallet", "Pair", "Liquidated at", "Distance"), "lldr", rows)] if rows else []


def _wallet(wallet: dict[str, Any]) -> list[str | Cell]:
    measured = wallet.get("margin_level") is not None  # the spot wallet is not
    state = word(wallet.get("status") if measured else None)
    return [
        leverage(wallet),
        state,
        Cell(level(wallet.get("margin_level")), state.tone),
        _collateral(wallet),
        level(wallet.get("margin_call_level")),
        level(wallet.get("liquidation_level")),
        worth(wallet.get("total_asset_usdt")),
        owed(wallet.get("total_liability_usdt")),
        worth(wallet.get("net_asset_usdt")),
        may(wallet),
    ]


def _collateral(wallet: dict[str, Any]) -> str:
    """The level with haircuts; where moving out counts the coins otherwise, that one after it."""
    shown = level(wallet.get("collateral_margin_level"))
    moving = wallet.get("transfer_out_margin_level")
    return f"{shown} (out {level(moving)})" if moving else shown


def _margins(wallet: dict[str, Any]) -> list[str | Cell]:
    """What a Pro wallet is measured by (PRO-3, PRO-5, PRO-7)."""
    needed, kept, lost = (owed(wallet.get(f"{name}_usdt")) for name in ("initial_margin", "maintenance_margin", "total_open_order_loss"))
    return [leverage(wallet), needed, kept, worth(wallet.get("available_margin_usdt")), lost]


def _coin(wallet: dict[str, Any], balance: dict[str, Any]) -> list[str | Cell]:
    amounts = [balance.get(key) or "" for key in ("free", "locked", "borrowed", "interest", "net_asset")]
    return [wallet["wallet"], balance.get("asset", ""), *(Cell(amount, FAINT if amount == "0" else "") for amount in amounts)]
