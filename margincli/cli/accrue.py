"""accrue: bring accounts up to date and report the interest charged on the way."""

from .call import Call
from .danger import danger
from .verb import Answer, verb
from .words import DangerOption, SumOption


@verb(writes=True)
def accrue(call: Call, sum: SumOption = False, check: DangerOption = False):
    """Bring accounts up to date and report the interest.

    All accounts of the ledger, or the one that --account or MARGINCLI_ACCOUNT names, are brought to the time of --at: interest is charged for every
    full hour, and margin calls and liquidations that fell due happen at their own moment. How often this runs makes no
    difference to the books.

    Examples:
      margincli accrue
      margincli accrue --check --quiet || notify-me
      margincli accrue --at 2024-09-02T00:00:00Z --sum --json
    """
    from margincli import sweeping

    document = sweeping.sweep(call.every, "accrue")
    code = danger(document) if check else 0
    return Answer({**document, "sums": sums(document["entries"])} if sum else document, code)


def sums(entries: list[dict]) -> list[dict]:
    """The interest among the entries, one line for each account, wallet, coin and coin of the loan."""
    from margincli.domain.money import parse, plain

    lines: dict[tuple, list] = {}
    for entry in entries:
        if entry["kind"] in ("interest", "accrual"):
            raw = entry["facts"].get("raw_asset", entry["asset"])
            line = lines.setdefault((entry["account"], entry["wallet"], entry["asset"], raw), [0, parse("0")])
            line[0] += int(entry["facts"]["hours"])
            line[1] += parse(entry["amount"])
    keys = ("account", "wallet", "asset")
    return [{**dict(zip(keys, whose)), "hours": hours, "interest": plain(total), "raw_asset": raw} for (*whose, raw), (hours, total) in sorted(lines.items())]
