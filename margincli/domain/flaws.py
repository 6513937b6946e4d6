"""What a decision would stumble over in a rule book that is well formed: said by name, before the book is put in force."""

from decimal import Decimal

from .money import ONE, ZERO
from .pro import NET_EQUITY
from .rulebook import CHOICES, SILENT, Rulebook, moves_of

SOUND = "its figures lie from 0 to under 1000000000000000000, with 18 decimals at most"


_SCALES = tuple(map(str, range(19)))


def is_sound(figure: Decimal) -> bool:
    """Small enough to be reckoned with exactly."""
    return 0 <= figure < 10**18 and figure.as_tuple().exponent >= -18


def flaw_of(rules: Rulebook) -> str:
    """The first thing that is wrong with a book; '' when there is nothing."""
    looks = (_scales, _moves, _names, _ratios, _bars, _choices, _delistings, _pool, _levels, _pro)
    return next((wrong for look in looks if (wrong := look(rules))), "")


def _scales(rules: Rulebook) -> str:
    """NUM-1: as many decimals as the ledger can count in."""
    for asset, places in rules.rows("coins.scales").items():
        if places not in _SCALES:
            return f"coins.scales.{asset}: decimals are a whole number from 0 to {len(_SCALES) - 1}"
    return ""


def _moves(rules: Rulebook) -> str:
    for asset, moves in rules.rows("collateral.rank_changes", {}).items():
        try:
            moves_of(moves)
        except (ValueError, TypeError) as error:
            return f"collateral.rank_changes.{asset}: a change is [moment in UTC, rank before, rank after] ({error})"
    return ""


def _names(rules: Rulebook) -> str:
    collateral, families = rules.document["collateral"], rules.document["isolated"]["bands"]
    changed = {rank for moves in rules.rank_changes.values() for _, *ranks in moves for rank in ranks}
    ranks = {*rules.rows("collateral.ranks").values(), rules.leaf("collateral.default_rank")} | changed
    unknown = ranks - {""} - collateral["ladders"].keys() - rules.rows("collateral.flat", {}).keys()
    missing = {*rules.rows("isolated.families").values(), rules.leaf("isolated.default_family")} - families.keys()
    if unknown:
        return f"collateral rank {min(unknown)} has no ladder"
    return f"leverage family {min(missing)} has no bands" if missing else ""


def _ratios(rules: Rulebook) -> str:
    """COL-6, FEE-1, FEE-3."""
    ratios = [(f"{path}.{name}", rules.cells(path, name)) for path in ("collateral.flat", "fees.parts") for name in rules.rows(path, {})]
    ratios += [("fees.trade", cells) for cells in rules.leaf("fees.trade")]
    wrong = (name for name, cells in ratios if not all(cell not in SILENT and ZERO <= Decimal(cell) <= 1 for cell in cells))
    return next((f"{name}: a ratio is a number from 0 to 1" for name in wrong), "")


def _bars(rules: Rulebook) -> str:
    """Tier by tier (ISO-4): liquidation, where there is one pre-liquidation (THR-7), and margin call, ascending."""
    for section in ("cross", "isolated"):
        for name in rules.document[section]["bands"]:
            path = f"{section}.bands.{name}"
            for tier in range(1, max(1, *(len(rules.numbers(f"{path}.{bar}")) for bar in ("liquidation_at", "margin_call_at"))) + 1):
                low, high = (rules.of_tier(f"{path}.{bar}", tier) for bar in ("liquidation_at", "margin_call_at"))
                if not ZERO < low < high:
                    return f"{path}: liquidation_at must lie above 0 and under margin_call_at"
                if (between := rules.of_tier(f"{path}.pre_liquidation_at", tier)) and not low < between < high:
                    return f"{path}: pre_liquidation_at must lie between liquidation_at and margin_call_at"
    return ""


def _choices(rules: Rulebook) -> str:
    for path, ways in CHOICES.items():
        if (value := rules.leaf(path, ways[0])) not in ways:
            return f"{path}: {value} is none of {', '.join(ways)}"
    strange = {rules.leaf(f"cross.bands.{name}.scheme", "cross") for name in rules.document["cross"]["bands"]} - {"cross", "pro"}
    if any(not ZERO <= rules.number(f"bnb.{name}") <= 1 for name in rules.document.get("bnb", ())):
        return "bnb: a discount must lie between 0 and 1"
    return f'cross.bands: the scheme is "cross" or "pro", not "{min(strange)}"' if strange else ""


def _delistings(rules: Rulebook) -> str:
    for name in rules.rows("delistings", {}):
        if rules.pair(name) is None and name not in rules.assets:
            return f"delistings.{name}: neither a coin nor a pair of the rule book"
    try:
        rules.delistings
    except (ValueError, TypeError, OverflowError):
        return 'delistings: a time is written in UTC, as "2024-09-10T08:00:00Z"'
    return ""


def _pool(rules: Rulebook) -> str:
    points = rules.document["pool"]["curve"][0] if "pool" in rules.document else []
    if any(len(point) != 2 or not all(point) for point in points) or (rules.supplies and not points):
        return "pool.curve needs points of two figures: the use, and the multiple there"
    uses = [use for use, _ in rules.curve]
    if uses != sorted(set(uses)):
        return "pool.curve: its points go by rising use"
    unknown = [asset for asset in rules.supplies if asset not in rules.assets or rules.default_rate_daily(asset) is None]
    if unknown:
        return f"pool.supply.{unknown[0]} is not a coin that can be borrowed"
    figures = [rules.most_change_hourly, *rules.supplies.values(), *(figure for point in rules.curve for figure in point)]
    return "" if all(map(is_sound, figures)) else f"pool: {SOUND}"


def _levels(rules: Rulebook) -> str:
    for path in ("coins.vip_rates", "borrow.limits_by_vip"):
        for name, figures in rules.rows(path, {}).items():
            if name not in rules.assets | {"default"}:
                return f"{path}.{name} is not a coin of the rule book"
            if not all(is_sound(Decimal(figure)) for figure in figures if figure):
                return f"{path}.{name}: {SOUND}"
    return ""


def _pro(rules: Rulebook) -> str:
    """PRO-1, PRO-5."""
    section = rules.document.get("pro")
    if section is None:
        return ""
    if rules.leaf("pro.net_equity") not in NET_EQUITY:
        return f"pro.net_equity must be one of: {', '.join(NET_EQUITY)}"
    for coin, rows in {**rules.rows("pro.brackets"), "default": rules.leaf("pro.default_brackets")}.items():
        if not all(len(row) == 3 and Decimal(row[1]) > ONE and Decimal(row[2]) > ZERO for row in rows):
            return f"pro brackets of {coin}: each names its end, a leverage above 1 and a rate above 0"
        ends = [Decimal(end or "Infinity") for end, *_ in rows]
        if not ends or ends[0] <= ZERO or ends != sorted(set(ends)):
            return f"pro brackets of {coin}: their ends must rise"
    return ""
