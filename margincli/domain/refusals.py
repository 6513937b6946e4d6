"""Every way a rule says no: one table of codes, sentences, remedies and the exchange's own numbers.

A check raises ``Refused(code, facts)``; doors turn the code into words and an exit code. Sentences are filled in from
the facts. `gone` marks what is not there rather than not allowed.
"""

from typing import Any, Iterable, NamedTuple


class Refusal(NamedTuple):
    binance_code: int | None
    message: str
    hint: str
    gone: bool = False


class Refused(Exception):
    """A rule says no. `facts` are plain strings for the sentence and for scripts."""

    def __init__(self, code: str, **facts: Any):
        super().__init__(code)
        self.code = code
        self.facts = {key: str(value) for key, value in facts.items()}

    @property
    def refusal(self) -> Refusal:
        return REFUSALS[self.code]

    @property
    def message(self) -> str:
        return self.refusal.message.format(**self.facts)

    @property
    def hint(self) -> str:
        return self.refusal.hint.format(**self.facts)


def listed(names: Iterable[str], word: str = "or") -> str:
    """3, 5 or 10."""
    *firsts, last = names
    return f"{', '.join(firsts)} {word} {last}" if firsts else last


REFUSALS: dict[str, Refusal] = {
    # not there
    "no_account": Refusal(-3003, "There is no account {account} in this ledger.", "Begin it with: margincli deposit USDT 1000 --account {account}", gone=True),
    "no_price": Refusal(-3042, "{asset} cannot be valued: no price of {symbol} is known at {at}.", "Give one: margincli price set {symbol} PRICE", gone=True),
    # words that name nothing
    "unknown_asset": Refusal(-3002, "{asset} is not a coin of the rule book.", "See: margincli rules show coins"),
    "unknown_pair": Refusal(-3021, "{symbol} is not a margin pair of the rule book.", "See: margincli rules show pairs"),
    "bad_wallet": Refusal(-3026, "{wallet} is not a wallet.", "Wallets are spot, cross and isolated:SYMBOL, such as isolated:BTCUSDT."),
    "ref_taken": Refusal(None, "The ref {ref} belongs to another request.", "Use a new --ref, or repeat the first request word for word."),
    "no_quotes": Refusal(-3042, "No price of {symbol} is known at {at}.", "Give one: margincli price set {symbol} PRICE", gone=True),
    "no_such_topic": Refusal(None, "The rule book has nothing on {topic}.", "See all of it with: margincli rules show", gone=True),
    # time and size
    "time_reversed": Refusal(-3025, "{at} has passed: account {account} is settled until {last}.", "{remedy}"),
    "too_many_places": Refusal(-1111, "{amount} {asset} has more than {places} decimals.", "Round it to {places} decimals."),
    "amount_too_large": Refusal(-1100, "{amount} {asset} is more than the ledger can hold ({most}).", "Use a smaller amount."),
    "not_positive": Refusal(-1100, "An amount must be more than zero.", "Give an amount above 0."),
    # activation
    "terms_not_accepted": Refusal(-3003, "The margin terms have not been accepted.", "Read them with: margincli rules show terms; then add --accept-terms."),
    "region_missing": Refusal(-3003, "Activation needs to know where you live.", "Add --region CC, a country code such as DE."),
    "region_denied": Refusal(-3003, "Margin is not offered in {region}.", "The list is a setting of the rule file: margincli rules show regions"),
    "quiz_missing": Refusal(-3003, "Activation needs the answers to the margin quiz.", "See them with: margincli activate --questions; answer with --answers FILE"),
    "quiz_failed": Refusal(-3003, "Wrong or missing answers: {wrong}.", "All {total} must be right; try as often as you like. margincli activate --questions shows them again."),
    "questionnaire_missing": Refusal(-3003, "{leverage}x needs the answers to a questionnaire of its own: {questions}.", "See them with: margincli activate --questions; answer with --answers FILE"),
    "leverage_not_here": Refusal(-3003, "{leverage}x is not offered in {region}.", "The list is a setting of the rule file: margincli rules show {rule}"),
    "already_active": Refusal(None, "{wallet} is active already, at {leverage}x.", "Nothing to do: margincli status"),
    "bad_leverage": Refusal(-3026, "{leverage}x is not offered for {wallet}; it can be {choices}.", "Choose a leverage of {choices}."),
    "not_active": Refusal(-3003, "{wallet} is not activated for account {account}.", "Open it with: margincli activate {wallet} --account {account}"),
    "too_many_isolated": Refusal(-3026, "The account has {most} isolated wallets already.", "The limit is a setting: margincli rules show isolated"),
    # what a wallet takes
    "not_admitted": Refusal(-3027, "{wallet} does not take {asset}.", "An isolated wallet holds only the two coins of its pair."),
    "same_wallet": Refusal(-3026, "{wallet} is both source and target.", "Choose two different wallets with --from and --to."),
    "spot_owes_nothing": Refusal(-3027, "The spot wallet neither borrows nor repays.", "Margin wallets are cross and isolated:SYMBOL."),
    # balances
    "balance_too_small": Refusal(-3041, "{wallet} has {free} {asset} free, {amount} are needed.", "{remedy}"),
    "nothing_to_move": Refusal(-3020, "Nothing of {asset} can leave {wallet} now.", "See what is there, and why it stays: margincli status; margincli limits {asset}"),
    # borrowing
    "in_liquidation": Refusal(-2023, "{wallet} is at level {level}, at or under its liquidation level {bar}.", "Transfer funds in or repay before anything else; how much: margincli status"),
    "no_trade_in_call": Refusal(-2010, "{wallet} is at level {level} and trades from {bar} up: a margin call stands.", "Transfer funds in or repay first; how much: margincli status"),
    "not_borrowable": Refusal(-3027, "{asset} cannot be borrowed.", "Coins with a rate can be: margincli rules show coins"),
    "below_minimum_borrow": Refusal(-3013, "{amount} {asset} is worth {value_usdt} USDT, under the least loan of {minimum_usdt} USDT.", "Borrow at least {minimum} {asset}."),
    "delisting_no_loans": Refusal(-3012, "{asset} leaves margin at {at}: nothing of it is lent since {since}.", "Repay and move out what you have: margincli status"),
    "level_too_low_to_borrow": Refusal(-3006, "{wallet} may borrow above level {bar}; it stands at {level}.", "Transfer funds in or repay first; how much: margincli status"),
    "no_available_margin": Refusal(-3006, "{wallet} has no available margin: its debts need an initial margin of {needed} USDT.", "Transfer funds in or repay first; how much: margincli status"),
    "above_max_borrow": Refusal(-3006, "{amount} {asset} is more than the {most} that {wallet} may borrow ({bound}).", "See what is allowed, and why: margincli limits {asset}"),
    "pool_empty": Refusal(-3045, "The lending pool has {left} {asset} left.", "Borrow less, or later."),
    # repaying
    "nothing_owed": Refusal(-3015, "{wallet} owes no {asset}.", "See what is owed: margincli status"),
    "above_debt": Refusal(-3015, "{amount} {asset} is more than the {owed} owed.", "Use: margincli repay {asset} all"),
    "below_minimum_repay": Refusal(-3016, "{amount} {asset} is under the least repayment of {minimum}.", "Repay at least {minimum}, or all."),
    "rest_too_small": Refusal(-3024, "That would leave a debt of {rest} {asset}, under the least of {minimum}.", "Use: margincli repay {asset} all"),
    # moving out
    "level_too_low_to_move": Refusal(-3023, "Funds may leave {wallet} above level {bar}; it stands at {level}.", "Repay or transfer in until the level is above {bar}; how much: margincli status"),
    "above_max_transfer": Refusal(-3020, "{amount} {asset} is more than the {most} that may leave {wallet}.", "Move {most} or less: margincli limits {asset}"),
    "delisting_no_transfers": Refusal(-3020, "{asset} leaves margin at {at}: no more than {most} may come into {wallet}, what its debt lacks.", "Keep it in spot, or bring in another coin."),
    # orders
    "wrong_symbol": Refusal(-3021, "{wallet} trades only {own}, not {symbol}.", "Trade {own} there, or use --wallet cross."),
    "delisted": Refusal(-3021, "{symbol} has left margin at {at}.", "See: margincli rules show delistings"),
    "filter": Refusal(-1013, "{symbol} refuses the order: {why}.", "See its filters: margincli rules show {symbol}"),
    "limit_price": Refusal(-3064, "A {side} limit of {symbol} at {price} is too far {side_of} the index price {index}.", "Its end is {end}: margincli rules show ORD-10"),
    "trailing_denied": Refusal(-3111, "{wallet} takes no trailing stops.", "It is a setting of the rule file: margincli rules show ORD-12"),
    "order_words": Refusal(-1106, "An order of type {type} {verb} {name}.", "See: margincli trade --help"),
    "would_take": Refusal(-2010, "A limit-maker at {price} would fill at once: the market is at {market}.", "Use --type limit, or a price that rests."),
    "would_trigger": Refusal(-2010, "A stop at {stop} would trigger at once: the market is at {market}.", "This one waits {side} the market."),
    "bad_oco": Refusal(-2010, "The market at {market} must lie between the limit {price} and the stop {stop}.", "Selling, the limit is above and the stop below; buying, the other way round."),
    "too_many_orders": Refusal(-1013, "{symbol} has its {most} {kind} open in this wallet already.", "Cancel some: margincli orders"),
    "no_order": Refusal(-2011, "There is no open order {order} in account {account}.", "See: margincli orders", gone=True),
    "unhealthy_result": Refusal(-3023, "That would bring {wallet} to level {level}, at or under {bar}: {consequence}.", "Trade less, or transfer funds in first."),
    "level_too_low_for_leverage": Refusal(-3023, "{leverage}x needs a level above {bar}; {wallet} stands at {level}.", "Repay or transfer funds in first."),
    "not_adjusted": Refusal(None, "The leverage of {wallet} is not adjusted: it goes by the tiers of its pair.", "Adjust it with: margincli leverage 3 --wallet {wallet}"),
    "leverage_changed_lately": Refusal(None, "The leverage was changed at {last}; it may be once in {seconds} seconds.", "Wait, then try again."),
    "wallet_disabled": Refusal(-3003, "{wallet} is switched off.", "Switch it on again: margincli isolated enable {symbol}"),
    "isolated_only": Refusal(-3026, "{wallet} is not an isolated wallet.", "Name one such as isolated:BTCUSDT."),
    "already_switched": Refusal(None, "{wallet} is {state} already.", "Nothing to do: margincli status"),
    "wallet_not_empty": Refusal(-3026, "{wallet} still holds coins, debts or orders.", "Repay, cancel and transfer out first: margincli status"),
    "disabled_lately": Refusal(-3026, "{wallet} was disabled at {last}; it may be once in {hours} hours.", "Wait, then try again."),
    "deficit_lock": Refusal(-3019, "A deficit of {deficit_usdt} USDT is unpaid, so that much stays; spot holds {held_usdt} USDT worth.", "Withdraw less; or let the fund pay: margincli liquidate --settle-deficit, or repay: margincli liquidation-loan all"),
    # protections
    "bad_alert_level": Refusal(None, "An alert stands above the margin call at {lowest}, up to {most}; not at {level}.", "Such as: margincli alert {most}"),
    "bad_alert_hours": Refusal(None, "An alert is repeated every {least} to {most} hours, not every {hours}.", "Use --every {most}."),
    "bad_top_up_coins": Refusal(None, "The top-up of {wallet} takes {rule}.", "Such as: margincli top-up on --coin USDT --coin BTC"),
    "bad_top_up_target": Refusal(None, "A top-up comes back to a level from {lowest} to {most}, cross only; not {target}.", "Leave --target out for the call level."),
    # liquidation by hand
    "nothing_to_liquidate": Refusal(None, "{wallet} has no debt: there is nothing to liquidate.", "See what it holds and owes: margincli status"),
    "manual_liquidation_denied": Refusal(-3026, "An isolated wallet cannot be liquidated by hand in {region}.", "It is a setting: margincli rules show liquidation"),
    "nothing_in_review": Refusal(None, "{wallet} has no deficit in review.", "See: margincli status"),
    "no_liquidation_loan": Refusal(-3015, "No liquidation loan is left to repay.", "See what there was: margincli liquidation-loan"),
    "above_liquidation_loan": Refusal(-3015, "{amount} {asset} is more than the {remaining} that remain of the liquidation loan.", "Use: margincli liquidation-loan all"),
    # repaying by selling
    "sells_itself": Refusal(-3026, "{asset} is the coin that is owed: it is not sold for itself.", "What is free of it is counted first; name other coins with --sell."),
    "nothing_to_sell": Refusal(-3041, "{wallet} has no {asset} free to sell.", "See what it holds: margincli status"),
    "sales_fall_short": Refusal(-3041, "Selling {coins} brings the free balance to {brought} {asset}, {amount} are needed.", "Name another coin with --sell, or repay {brought} with these."),
    "no_position": Refusal(None, "{wallet} has no position in {symbol} to close: it owes neither {base}, nor {quote} with {base} to sell.", "See what it holds and owes: margincli status"),
    # settings of an account
    "unknown_setting": Refusal(None, "{name} is not a setting; there are {known}.", "See: margincli settings"),
    "bad_setting": Refusal(-3026, "{name} cannot be {value}; it can be {choices}.", "See: margincli settings"),
    # cooling-off
    "cooling_off": Refusal(-3014, "Cooling-off: nothing can be borrowed until {until}.", "It cannot be lifted early; trading, transfers and repaying go on."),
    "bad_cooling_off": Refusal(-3026, "A cooling-off of {hours} hours is not offered; it can be {choices}.", "Choose one of: margincli rules show cooling_off"),
    "cooling_off_stands": Refusal(-3014, "A cooling-off until {until} stands; one until {end} would not be longer.", "It can be replaced by a longer one, and neither shortened nor lifted."),
    # small debts
    "cross_only": Refusal(-3026, "{wallet} cannot exchange debts: only the cross wallet can.", "Use --wallet cross, or repay: margincli repay ASSET all --wallet {wallet}"),
    "no_small_debts": Refusal(-3015, "{wallet} owes nothing small: no debt under {bar} USDT in another coin than {asset}.", "See: margincli exchange-debts --list"),
    "exchanged_lately": Refusal(-3007, "Small debts were exchanged at {last}; it can be done once in {hours} hours.", "Again from {next} on."),
    # small balances
    "not_dust": Refusal(None, "{asset} is not a small balance of {wallet}: free, not owed, and worth up to {bar_usdt} USDT.", "See: margincli dust --list --wallet {wallet}"),
    "no_dust": Refusal(None, "{wallet} holds nothing small: no free coin that is not owed is worth up to {bar_usdt} USDT.", "See: margincli status"),
}
