"""The laws that compare two ways of doing the same, each on a copy of the ledger: whole or split, at once or hour by hour, killed or not.

As in laws.py: the docstring is the law, the answer are the numbers that break it, '' while it holds.
"""

from collections import Counter
from decimal import Decimal
from random import Random

from margincli import records
from margincli.desk import Call
from margincli.domain.journal import RESERVED
from margincli.domain.money import ZERO, down_to_step, give_down, plain, unit
from margincli.domain.standing import State
from margincli.domain.world import World, moment
from margincli.ledger import reading

from hand import Ledger
from markets import HOUR, Words

SPLITTABLE = ("borrow", "repay", "transfer", "deposit", "withdraw")
TOO_MUCH = ("above_max_borrow", "above_max_transfer", "deficit_lock")
CHEAP_WHERE_COVERED = ("bnb_interest_requires_balance", "on")  # BNB-6: the part that the BNB covers is cheaper, so there splitting may pay
ALL_OR_NOTHING = ("bnb_fees", "on")  # BNB-7: likewise a fee
LAST_STATEMENTS = 60  # of a command: most of what it writes, it writes in these
IGNORED = ("order_trail",)  # how often it is written down how far a stop has followed is free


def the_proof_is_clean(ledger: Ledger, at: int) -> str:
    """`margincli check` finds nothing: balances, settings, interest hour by hour and the rates of the pool all follow from the entries."""
    findings = records.check(Call(ledger.path, None, at))["findings"]
    return str(findings[:3]) if findings else ""


def balances_are_the_folded_journal(ledger: Ledger, folded: dict[str, State]) -> str:
    """The balances in the file are the sum of the entries as the simulator added them up itself."""
    scales, found = dict(ledger.rows("SELECT name, scale FROM assets")), {}
    for (owner, wallet, bucket, coin), units in ledger.balances().items():
        if owner not in RESERVED:
            found[owner, wallet, bucket, coin] = Decimal(units).scaleb(-scales[coin])
    for owner, state in folded.items():
        for (account, coin), amount in state.balances.items():
            if amount and account.wallet.owner == owner and found.pop((owner, account.wallet.name, account.bucket, coin), ZERO) != amount:
                return f"{account} comes to {amount} {coin} by its entries"
    return f"without entries: {found}" if found else ""


def the_same_ref_twice_is_once(ledger: Ledger, words: Words, at: int, account: str, ref: str) -> str:
    """A command repeated with its --ref answers with the first receipt, and writes nothing."""
    before = ledger.bytes()
    again = ledger.say(words, at, account, "--ref", ref)
    return "" if again.document.get("repeated") and ledger.bytes() == before else f"{again.line}: {again.document}"


def a_dry_run_leaves_no_trace(ledger: Ledger, words: Words, at: int, account: str) -> str:
    """A dry run writes nothing, and says what the command itself then says."""
    before = ledger.bytes()
    rehearsed = ledger.say(words, at, account, "--dry-run")
    if ledger.bytes() != before:
        return f"{rehearsed.line} changed the file"
    done = ledger.copy("dry").say(words, at, account)
    told, held = ([{**entry, "id": None} for entry in said.document.get("entries", [])] for said in (rehearsed, done))
    return "" if (rehearsed.code, rehearsed.refusal, told) == (done.code, done.refusal, held) else f"{rehearsed.line}: {rehearsed.document} but {done.document}"


def killed_is_all_or_nothing(ledger: Ledger, words: Words, at: int, account: str, ref: str, random: Random) -> str:
    """A command killed at any moment has happened wholly or not at all; repeated with its --ref it has happened once."""
    unharmed, before = ledger.copy("unharmed"), ledger.dump()
    answer, statements = unharmed.say_and_count(words, at, account, "--ref", ref)
    killed_at = random.randint(max(1, statements - LAST_STATEMENTS), max(1, statements)) if random.random() < 0.8 else random.randint(1, max(1, statements))
    ledger.say_and_be_killed(words, at, account, killed_at, "--ref", ref)
    after = ledger.dump()
    if after not in (before, unharmed.dump()):
        return f"killed at statement {killed_at} of {statements} it left {difference(before, after)}"
    again = ledger.say(words, at, account, "--ref", ref)
    if (again.code, again.refusal) != (answer.code, answer.refusal) or ledger.dump() != unharmed.dump():
        return f"repeated after a kill at statement {killed_at} of {statements} it answered {again.code}, unharmed {answer.code}; or left something else"
    return ""


# --- whole or split ---


def splitting_never_pays(ledger: Ledger, words: Words, at: int, account: str, random: Random) -> str:
    """Two parts never leave the user with more than the whole, now or hours later, and never get him what the whole is refused for; nor is the interest of the parts less.

    Where coins are sold to repay, half a unit may be spared that a fee is rounded by (FEE-3).
    """
    hours, whole = random.choice([1, 30]), _number(words[2])
    if whole <= 0 or CHEAP_WHERE_COVERED in ledger.settings_of(account):
        return ""
    first = give_down(whole * Decimal(random.randint(1, 99)) / 100)
    one, two = ledger.copy("whole"), ledger.copy("split")
    said = one.say(words, at, account)
    parts = [two.say((words[0], words[1], plain(part), *words[3:]), at, account) for part in (first, whole - first) if part]
    if any(part.code for part in parts):
        return ""
    if said.code:
        return f"{said.line} is refused ({said.refusal}), but not in parts of {first}" if said.refusal in TOO_MUCH else ""
    if len({sum(entry.kind == "liquidation" for _, entry in copy.entries(account)) for copy in (one, two)}) > 1:
        return ""  # a part that does not lift a wallet over its bar is taken at once, and what it pays of a debt costs no more interest
    spared = _unit_worth(one, words[1], at, account) if "--sell" in words else ZERO
    for later in (0, hours * HOUR):
        for copy in (one, two) if later else ():
            copy.say(("accrue",), at + later)
        if any(entry.at > at and entry.kind not in ("interest", "repay") for copy in (one, two) for _, entry in copy.entries(account)):
            return ""  # something else happened as well, and the levels of the two may differ by a unit
        (alone, alone_interest), (parted, parted_interest) = (_worth(copy, at + later, account) for copy in (one, two))
        if parted > alone + spared or any(parted_interest[coin] < charge for coin, charge in alone_interest.items()):
            return f"{said.line} in parts of {first}, {later // HOUR} hours later: worth {parted} instead of {alone}; interest {parted_interest} instead of {alone_interest}"
    return ""


def splitting_a_trade_never_pays(ledger: Ledger, words: Words, at: int, account: str, random: Random) -> str:
    """Two orders at one moment and price never leave the user with more than one for both, but for half a unit a fee is rounded by (FEE-3)."""
    qty = _number(words[3])
    if qty <= 0 or words[4:5] == ("--type",) or ALL_OR_NOTHING in ledger.settings_of(account):
        return ""
    with reading(ledger.path) as session:
        pair = session.rulebook(at).pair(words[2])
    first = down_to_step(qty * random.randint(1, 99) / 100, pair.step)
    one, two = ledger.copy("whole"), ledger.copy("split")
    said = [one.say(words, at, account), *(two.say((*words[:3], plain(part), *words[4:]), at, account) for part in (first, qty - first))]
    if any(answer.code for answer in said):
        return ""
    made = [entry for answer in said for entry in answer.document["entries"] if entry["at"] == moment(at)]
    if any(entry["kind"] not in ("trade", "repay", "transfer") for entry in made):
        return ""  # a loan has a least amount, and a little more than an order lacks is borrowed (BOR-5, BOR-8)
    fills = [entry["facts"] for entry in made if entry["kind"] == "trade"]
    price = Decimal(fills[0]["price"])
    alone, parted = (_at_price(copy.brought(account, at)[0], pair, price) for copy in (one, two))
    coin = pair.base if words[1] == "buy" else pair.quote
    spared = unit(dict(ledger.rows("SELECT name, scale FROM assets")).get(coin, 8)) * (price if coin == pair.base else 1)
    return f"{said[0].line} in parts of {first}: {parted} {pair.quote} instead of {alone}" if parted > alone + spared else ""


def _number(word: str) -> Decimal:
    return Decimal(word) if word.replace(".", "", 1).isdigit() else ZERO


def _at_price(world: World, pair, price: Decimal) -> Decimal:
    """What both coins of a pair come to in its quote coin, whatever wallet they are in, debts off."""
    totals = {coin: sum((amount for (account, held), amount in world.state.balances.items() if held == coin and account.wallet.owner == world.owner), ZERO) for coin in (pair.base, pair.quote)}
    return totals[pair.base] * price + totals[pair.quote]


def _unit_worth(ledger: Ledger, coin: str, at: int, account: str) -> Decimal:
    scale = dict(ledger.rows("SELECT name, scale FROM assets")).get(coin, 8)
    return unit(scale) * (ledger.brought(account, at)[0].value_usdt(coin) or ZERO)


def _worth(ledger: Ledger, at: int, account: str) -> tuple[Decimal, Counter]:
    """What all wallets of an account are worth, debts off, to the last unit; and the interest it was ever charged, by coin."""
    world, _ = ledger.brought(account, at)
    charged: Counter = Counter()
    for _, entry in ledger.entries(account):
        if entry.kind == "interest":
            charged[entry.asset] += entry.amount
    return _net(world), charged


def _net(world: World) -> Decimal:
    own = ((coin, amount) for (account, coin), amount in world.state.balances.items() if account.wallet.owner == world.owner)
    return sum((amount * (world.value_usdt(coin) or ZERO) for coin, amount in own), ZERO)


# --- at once or in small steps ---


def small_steps_equal_one(ledger: Ledger, random: Random, since: int, until: int, accounts: list[str]) -> str:
    """Settling at many moments leaves the same balances, settings and history as settling once."""
    once, often = ledger.copy("once"), ledger.copy("often")
    hourly = range(since // HOUR * HOUR + HOUR, until, HOUR)
    stops = sorted({*(hourly if len(hourly) < 5 else random.sample(hourly, 5)), *(random.randint(since, until) for _ in range(2))})
    said = [often.say(("accrue",), stop) for stop in stops]
    if any(answer.code for answer in (once.say(("accrue",), until), often.say(("accrue",), until), *said)):
        return ""  # an account is ahead, or a price is missing: then nothing can be settled either way
    found = books_differ(once, often, accounts)
    return found and f"in steps at {stops} {found}"


def books_differ(one: Ledger, other: Ledger, accounts: list[str]) -> str:
    """What the second ledger has not of the first, and has instead; '' where both hold the same balances, settings and history."""
    for what in (_balances, _settings, lambda copy: _expanded(copy, accounts)):
        if found := difference(what(one), what(other)):
            return found
    return ""


def difference(one: list, other: list) -> str:
    alone, otherwise = Counter(one), Counter(other)
    missing, instead = (sorted(found.elements(), key=str)[:3] for found in (alone - otherwise, otherwise - alone))
    return f"there is not {missing}, but {instead}" if missing or instead else ""


def _balances(ledger: Ledger) -> list[tuple]:
    return list(ledger.balances().items())


def _settings(ledger: Ledger) -> list[tuple]:
    return ledger.rows("SELECT o.name, c.wallet, c.key, c.value FROM settings c JOIN owners o ON o.id = c.owner_id WHERE c.value <> ''")


def _expanded(ledger: Ledger, accounts: list[str]) -> list[tuple]:
    """The entries of the time, interest hour by hour: how many hours one entry tells is the only freedom there is."""
    told = []
    for account in accounts:
        for _, entry in ledger.entries(account):
            if entry.kind == "interest":
                facts = {name: value for name, value in entry.facts.items() if name not in ("first", "hours")}
                told += [(account, entry.at - hour * HOUR, "interest", entry.wallet.name, entry.asset, str(facts)) for hour in range(entry.facts["hours"])]
            elif entry.kind not in IGNORED:
                told.append((account, entry.at, entry.kind, entry.wallet.name, entry.asset, str((entry.amount, sorted(map(str, entry.postings)), entry.changes, entry.facts))))
    return told


LAWS = (
    the_proof_is_clean,
    balances_are_the_folded_journal,
    the_same_ref_twice_is_once,
    a_dry_run_leaves_no_trace,
    killed_is_all_or_nothing,
    splitting_never_pays,
    splitting_a_trade_never_pays,
    small_steps_equal_one,
)
