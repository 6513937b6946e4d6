"""Entries of the journal as sentences. A fact that is missing leaves its part of the sentence out."""

from typing import Any, Callable

from .plain import clock, level, percent, printable, worth


class _Facts(dict):
    """Facts of an entry; what is not there is empty."""

    def __missing__(self, key: str) -> str:
        return ""


def _known(given: dict[str, Any] | None) -> _Facts:
    return _Facts({key: value for key, value in (given or {}).items() if value is not None})


def sentence(entry: dict[str, Any]) -> str:
    """What an entry says, in words."""
    told = _SENTENCES.get(entry.get("kind", ""), _anything)
    facts = _known(entry.get("facts"))
    return printable(told(_known(entry), facts, f"{entry.get('amount') or ''} {entry.get('asset') or ''}".strip()))


def _deposit(entry, facts, much):
    return f"Deposited {much}"


def _withdraw(entry, facts, much):
    return f"Withdrew {much}"


def _transfer(entry, facts, much):
    return f"Moved {much} from {facts['from'] or '?'} to {facts['to'] or '?'}{', delisted' if facts['type'] == 'DELISTING' else ''}"


def _borrow(entry, facts, much):
    return f"Borrowed {much}{' for an order' if facts['type'] == 'AUTO' else ''}"


def _interest(entry, facts, much):
    principal = f" on {facts['principal']} {facts['raw_asset'] or entry['asset']}" if facts["principal"] else ""
    rate = f" at {percent(facts['rate_daily'])} a day" if facts["rate_daily"] else ""
    less = f" less {percent(facts['discount'])}" if facts["discount"] else ""
    return f"Interest {'waived' if facts['waived'] else much}{principal}{rate}{less}{_hours(facts)}"


def _accrual(entry, facts, much):
    loans = "1 loan" if str(facts["loans"]) == "1" else f"{facts['loans']} loans"
    return f"Interest {much} on {loans} in {facts['mode']} at {percent(facts['rate_daily'])} a day{_hours(facts)}"


def _hours(facts):
    if facts["type"].startswith("ON_BORROW"):
        return " for its first hour"
    if not facts["hours"]:
        return ""
    if str(facts["hours"]) == "1":
        return " for 1 hour"
    since = f" from {clock(facts['first'])} on" if facts["first"] else ""
    return f" for {facts['hours']} hours{since}"


def _repay(entry, facts, much):
    return f"Interest in BNB paid: {much}" if facts["type"] == "BNB_AUTO_REPAY" else f"Repaid {much}{_parts(facts)}{_WHY.get(facts['type'], '')}"


_WHY = {"AUTO": " from an order", "DELISTING": ", delisted"}


def _parts(facts):
    if not facts["interest"] and not facts["principal"]:
        return ""
    return f" (interest {facts['interest'] or '0'}, principal {facts['principal'] or '0'})"


def _trade(entry, facts, much):
    verb = "Sold" if facts["side"] == "SELL" else "Bought"
    what = f"{facts['qty']} {entry['asset']}" if facts["qty"] else much
    price = f" at {facts['price']}" if facts["price"] else ""
    total = f" for {facts['quote_qty']} {facts['symbol'].removeprefix(entry['asset'])}".rstrip() if facts["quote_qty"] else ""
    fee = f", fee {facts['fee']} {facts['fee_asset']}" if facts["fee"] not in ("", "0") else ""
    short = f" ({facts['bnb_needed']} BNB were not there)" if facts["bnb_needed"] else ""
    return f"{verb} {what}{price}{total}{fee}{short}"


def _order(entry, facts, much):
    locked = f", {much} locked" if much else ""
    return f"Order {facts['number']}: {_terms(facts)}{', waits for its working order' if facts['status'] == 'PENDING_NEW' else ''}{locked}"


def _order_end(entry, facts, much):
    return f"Order {facts['number']} {facts['status'].lower()}: {_terms(facts)}"


def _order_set_off(entry, facts, much):
    return f"Order {facts['number']} was set off and rests as a limit: {_terms(facts)}"


def _terms(facts):
    price = f" at {facts['price']}" if facts["price"] else ""
    stop = f" stop {facts['stop']}" if facts["stop"] else ""
    trails = f" trailing by {facts['trailing_delta']} bips" if facts["trailing_delta"] else ""
    return f"{facts['side'].lower()} {facts['qty']} {facts['symbol']} {facts['type']}{price}{stop}{trails}"


def _order_trail(entry, facts, much):
    extreme = "highest" if facts["side"] == "SELL" else "lowest"
    return f"Order {facts['number']} follows {facts['symbol']}: {extreme} {facts['extreme']} at {clock(facts['extreme_at'])}, set off at {facts['trigger']}"


def _exchange_small_liability(entry, facts, much):
    return f"Exchanged a debt of {much} for one of {facts['target_amount']} {facts['target_asset']}{_parts(facts)}"


def _small_balance_convert(entry, facts, much):
    return f"Turned {much} into {facts['got']} {facts['for']}, fee {facts['fee']} {facts['for']}"


def _cool_off(entry, facts, much):
    return f"Cooling off for {facts['hours']} hours: nothing can be borrowed until {clock(facts['until'])}"


def _setting(entry, facts, much):
    before = f", before {facts['before']}" if facts["before"] else ""
    return f"Set {facts['name']} to {facts['value']}{before}"


def _activate(entry, facts, much):
    leverage = f" at {facts['leverage']}x" if facts["leverage"] else ""
    return f"Opened {entry['wallet'] or 'the wallet'}{leverage}"


def _margin_call(entry, facts, much):
    again = "Margin call, reminder" if facts["reminder"] not in ("", "0", "no", "false") else "Margin call"
    return f"{again}{_against(facts)}"


def _pre_liquidation(entry, facts, much):
    return f"Pre-liquidation{', reminder' if facts['reminder'] == 'yes' else ''}{_against(facts)}"


def _pre_liquidation_over(entry, facts, much):
    return f"Pre-liquidation over: level {level(facts['level'])}"


def _isolated(entry, facts, much):
    return f"Wallet {facts['switch']}d"


def _leverage(entry, facts, much):
    before, now = (f"{word}x" if word != "off" else "by tier" for word in (facts["before"], facts["leverage"]))
    return f"Leverage {before} → {now}"


def _margin_alert(entry, facts, much):
    return f"Your alert{_against(facts)}"


def _margin_alert_over(entry, facts, much):
    return f"Your alert is over: level {level(facts['level'])}"


def _alert(entry, facts, much):
    return "Alert off" if facts["level"] == "off" else f"Alert at level {level(facts['level'])}, repeated every {facts['hours']} hours"


def _top_up(entry, facts, much):
    return f"Auto top-up: {much} from spot at level {level(facts['level'])}{', all there was' if facts['status'] == 'PARTIAL' else ''}"


def _top_up_switch(entry, facts, much):
    if facts["switch"] == "off":
        return "Auto top-up off"
    return f"Auto top-up on: {facts['coins'].replace(',', ', then ')}{' to level ' + facts['target'] if facts['target'] else ''}"


def _margin_call_over(entry, facts, much):
    return f"Margin call over{': level ' + level(facts['level']) if facts['level'] else ''}"


def _against(facts):
    if not facts["level"]:
        return ""
    bar = f", bar {level(facts['bar'])}" if facts["bar"] else ""
    return f": level {level(facts['level'])}{bar}"


def _liquidation(entry, facts, much):
    asked = " asked for" if facts["reason"] == "asked for" else ""
    return f"LIQUIDATION{asked}{_against(facts)}{_prices(facts['prices'])}"


def _prices(prices):
    if not isinstance(prices, dict) or not prices:
        return ""
    return " (" + ", ".join(f"{asset} {price}" for asset, price in prices.items() if asset != "USDT") + ")"


def _liquidation_sell(entry, facts, much):
    got = f" for {facts['got']} {facts['for']}" if facts["got"] else ""
    price = f" at {facts['price']}" if facts["price"] else ""
    return f"Liquidation sold {much}{price}{got}"


def _liquidation_repay(entry, facts, much):
    return f"Liquidation repaid {much}{_parts(facts)}"


def _liquidation_takeover(entry, facts, much):
    return f"Taken over by the house: {facts['assets']}; debts {facts['debts']}"


def _liquidation_return(entry, facts, much):
    return f"Returned {much}, what was left after debts and fee"


def _liquidation_fee(entry, facts, much):
    rate = f" ({percent(facts['rate'])} of {worth(facts['base_usdt'])} USDT)" if facts["rate"] and facts["base_usdt"] else ""
    return f"Liquidation fee {much} to the insurance fund{rate}"


def _delisting(entry, facts, much):
    return f"Delisted: {facts['names']} left margin, at level {level(facts['level'])}"


def _delisting_sell(entry, facts, much):
    return f"Sold {much} for {facts['got']} {facts['for']}, for a delisting"


def _deficit(entry, facts, much):
    return f"Deficit of {much} paid by the insurance fund"


def _deficit_review(entry, facts, much):
    value = f" of {worth(facts['deficit_usdt'])} USDT" if facts["deficit_usdt"] else ""
    return f"Deficit{value} waits for review"


def _liquidation_loan(entry, facts, much):
    return f"The debt of {much} that was left became a liquidation loan of {facts['loan']} {facts['loan_asset']}{_parts(facts)}"


def _liquidation_loan_repay(entry, facts, much):
    return f"Repaid {much} of the liquidation loan, {facts['remaining']} {entry['asset']} remain"


def _anything(entry, facts, much):
    told = ", ".join(f"{key} {value}" for key, value in facts.items())
    return f"{entry['kind'].replace('_', ' ').capitalize()} {much}{': ' + told if told else ''}".strip()


_SENTENCES: dict[str, Callable[..., str]] = {
    "deposit": _deposit,
    "withdraw": _withdraw,
    "transfer": _transfer,
    "borrow": _borrow,
    "interest": _interest,
    "accrual": _accrual,
    "repay": _repay,
    "trade": _trade,
    "order": _order,
    "order_end": _order_end,
    "order_set_off": _order_set_off,
    "order_trail": _order_trail,
    "exchange_small_liability": _exchange_small_liability,
    "small_balance_convert": _small_balance_convert,
    "cool_off": _cool_off,
    "setting": _setting,
    "activate": _activate,
    "margin_call": _margin_call,
    "margin_alert": _margin_alert,
    "margin_alert_over": _margin_alert_over,
    "alert": _alert,
    "pre_liquidation": _pre_liquidation,
    "pre_liquidation_over": _pre_liquidation_over,
    "isolated": _isolated,
    "leverage": _leverage,
    "top_up": _top_up,
    "top_up_switch": _top_up_switch,
    "margin_call_over": _margin_call_over,
    "liquidation": _liquidation,
    "liquidation_sell": _liquidation_sell,
    "liquidation_repay": _liquidation_repay,
    "liquidation_takeover": _liquidation_takeover,
    "liquidation_return": _liquidation_return,
    "liquidation_fee": _liquidation_fee,
    "delisting": _delisting,
    "delisting_sell": _delisting_sell,
    "deficit": _deficit,
    "deficit_review": _deficit_review,
    "liquidation_loan": _liquidation_loan,
    "liquidation_loan_repay": _liquidation_loan_repay,
}
KINDS = tuple(kind for kind in _SENTENCES if kind != "accrual")  # of the entries of an account, to which an accrual is interest
