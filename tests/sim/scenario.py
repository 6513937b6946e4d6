"""Users of a simulation: who they are, and what each might type next, given what he holds and owes. Every choice is drawn from one seeded source."""

from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Callable, NamedTuple

from margincli.domain.journal import Account, Wallet
from margincli.domain.money import down_to_step, give_down, give_down_quotient, plain
from margincli.domain.orders import open_orders
from margincli.domain.refusals import Refused
from margincli.domain.risk import max_borrow, max_transfer_out
from margincli.domain.world import World, moment
from markets import HOUR, START, Words

ANSWERS = str(Path(__file__).resolve().parents[1] / "answers.json")
COINS = ("USDT", "USDT", "USDT", "BTC", "ETH", "BNB", "DOGE", "USDC")
PAIRS = tuple(START)
ISOLATED = ("BTCUSDT", "ETHUSDT", "DOGEUSDT", "ETHBTC")
NASTY = ("0", "0.00000001", "0.000000001", "99999999999", "184467440737.09551616", "NaN")
PROFILES = ("2024", "2024", "2024", "2025", "2026", "2019")


class User(NamedTuple):
    """`greed` is the share of what he may that he likes to take."""

    name: str
    leverage: str
    pairs: tuple[str, ...]
    greed: float


def people(random: Random, profile: str) -> list[User]:
    leverages = ("3",) if profile == "2019" else ("3", "5", "5") if profile == "2026" else ("3", "5", "10", "10")
    return [
        User(name, random.choice(leverages), tuple(random.sample(ISOLATED, random.randint(0, 2))), random.choice([0.3, 0.7, 0.98, 0.98]))
        for name in ("ada", "bo", "cy", "di")[: random.randint(2, 4)]
    ]


def arrives(random: Random, user: User) -> list[Words]:
    """Money in, wallets opened and filled, and most of the time a position at once."""
    money = random.choice([900, 20_000, 400_000])
    found: list[Words] = [("deposit", "USDT", str(money)), ("deposit", "BNB", "2")]
    found.append(("activate", "cross", "--leverage", user.leverage, "--region", "DE", "--accept-terms", "--answers", ANSWERS))
    found.append(("transfer", "USDT", str(money // 3), "--from", "spot", "--to", "cross"))
    found += [("transfer", "USDT", str(money // 6), "--from", "spot", "--to", f"isolated:{pair}") for pair in user.pairs if pair.endswith("USDT")]
    for wallet in ("cross", *(f"isolated:{pair}" for pair in user.pairs if pair.endswith("USDT"))):
        pair, worth = wallet.partition(":")[2] or random.choice(["BTCUSDT", "ETHUSDT", "DOGEUSDT", "BNBUSDT"]), money / (3 if wallet == "cross" else 6)
        geared = f"{worth * user.greed * (int(user.leverage) if wallet == 'cross' else 3):.2f}"
        if random.random() < 0.7:
            found.append(("trade", random.choice(["buy", "buy", "sell"]), pair, "--quote-qty", geared, "--borrow", "-w", wallet))
    return found


class Typist:
    """What one user types next. `world` is how his account stands at this moment."""

    def __init__(self, random: Random, user: User, world: World):
        self.random, self.user, self.world = random, user, world
        opened = [wallet.name for wallet in world.state.wallets(user.name) if wallet.name != "spot"]
        self.wallet = random.choice([*opened, *opened, "cross"]) if opened else "cross"
        self.at = Wallet.named(user.name, self.wallet)

    def words(self) -> Words:
        chosen = self.random.choices(list(VERBS), [weight for weight, _ in VERBS.values()])[0]
        return VERBS[chosen][1](self)

    # --- how much ---

    def amount(self, most: Decimal, places: int = 8) -> str:
        """A part of the most, by greed; now and then all of it, a little more, the least there is, or nonsense."""
        draw = self.random.random()
        if draw < 0.04:
            return self.random.choice(NASTY)
        share = 1.0 if draw < 0.12 else self.random.uniform(1.0, 1.3) if draw < 0.2 else self.random.uniform(0.01, self.user.greed)
        return plain(give_down(most * Decimal(str(round(share, 6))), places)) if most else self.random.choice(["10", "0.5", "250"])

    def free(self, wallet: Wallet, coin: str) -> Decimal:
        return self.world.state.balance(Account(wallet, "free"), coin)

    def coin(self) -> str:
        pair = self.world.rules.pair(self.at.symbol) if self.at.symbol else None
        return self.random.choice((pair.base, pair.quote) if pair else COINS)

    def held(self, wallet: Wallet) -> str:
        return self.random.choice([coin for coin, held in self.world.state.holdings(wallet).items() if held.free] or ["USDT"])

    def pair(self) -> str:
        return self.at.symbol or self.random.choice(PAIRS)

    def most(self, found: Callable[[World, Wallet, str], Decimal], wallet: Wallet, coin: str) -> Decimal:
        try:
            return found(self.world, wallet, coin)
        except Refused:
            return Decimal(0)

    # --- verbs ---

    def borrow(self) -> Words:
        coin = self.coin()
        if self.random.random() < 0.2:
            return ("borrow", coin, "max", "-w", self.wallet)
        return ("borrow", coin, self.amount(self.most(lambda *asked: max_borrow(*asked).amount, self.at, coin)), "-w", self.wallet)

    def repay(self) -> Words:
        owed = {coin: held.debt for coin, held in self.world.state.holdings(self.at).items() if held.debt}
        coin = self.random.choice(sorted(owed) or ["USDT"])
        way = self.random.random()
        if way < 0.25:
            return ("repay", coin, "all", "-w", self.wallet)
        if way < 0.35:
            return ("repay", coin, "--quick", "-w", self.wallet)
        sells = ("--sell", self.held(self.at)) if way < 0.5 else ()
        return ("repay", coin, self.amount(min(owed.get(coin, Decimal(0)), self.free(self.at, coin)) or owed.get(coin, Decimal(0))), *sells, "-w", self.wallet)

    def transfer(self) -> Words:
        names = [wallet.name for wallet in self.world.state.wallets(self.user.name)] + [f"isolated:{pair}" for pair in self.user.pairs]
        source, target = self.random.sample(sorted(set(names)), 2) if len(set(names)) > 1 else ("spot", "cross")
        left = Wallet.named(self.user.name, source)
        coin = self.held(left)
        amount = "max" if self.random.random() < 0.2 else self.amount(self.most(max_transfer_out, left, coin) or self.free(left, coin))
        return ("transfer", coin, amount, "--from", source, "--to", target)

    def grab(self) -> Words:
        """All he can get at this moment, to the last unit: the wallets that owe come first."""
        owing = [wallet for wallet in self.world.state.wallets(self.user.name) if self.world.state.owes(wallet)]
        self.at = self.random.choice(owing or [self.at])
        self.wallet, coin, pair = self.at.name, self.coin(), self.world.rules.pair(self.pair())
        bought = self.free(self.at, pair.quote) + self.most(lambda *asked: max_borrow(*asked).amount, self.at, pair.quote)
        sold = self.free(self.at, pair.base) + self.most(lambda *asked: max_borrow(*asked).amount, self.at, pair.base)
        spot = Wallet(self.user.name, "spot")
        return self.random.choice(
            [
                ("borrow", coin, "max", "-w", self.wallet),
                ("borrow", coin, plain(self.most(lambda *asked: max_borrow(*asked).amount, self.at, coin)), "-w", self.wallet),
                ("transfer", self.held(self.at), "max", "--from", self.wallet, "--to", "spot"),
                ("transfer", self.held(self.at), "max", "--from", self.wallet, "--to", "cross" if self.at.symbol else "spot"),
                ("trade", "buy", pair.symbol, "--quote-qty", plain(give_down(bought, 2)), "--borrow", "-w", self.wallet),
                ("trade", "buy", pair.symbol, "--quote-qty", plain(give_down(self.free(self.at, pair.quote), 2)), "-w", self.wallet),
                ("trade", "sell", pair.symbol, plain(down_to_step(sold, pair.step)), "--borrow", "-w", self.wallet),
                ("trade", "sell", pair.symbol, plain(down_to_step(self.free(self.at, pair.base), pair.step)), "-w", self.wallet),
                ("withdraw", coin, plain(self.free(spot, coin))),
            ]
        )

    def effects(self) -> Words:
        return tuple(option for option in ("--borrow", "--repay") if self.random.random() < 0.5)

    def market_order(self) -> Words:
        pair = self.world.rules.pair(self.pair())
        way = self.random.random()
        if way < 0.4:
            most = self.free(self.at, pair.quote) * self.random.choice([1, 1, 2])
            return ("trade", "buy", pair.symbol, "--quote-qty", self.amount(most, 2), *self.effects(), "-w", self.wallet)
        price = self.world.market.last(pair.symbol, self.world.now) or Decimal(1)
        side, most = ("buy", give_down_quotient(self.free(self.at, pair.quote), price)) if way < 0.6 else ("sell", self.free(self.at, pair.base))
        return ("trade", side, pair.symbol, self.quantity(pair, most), *self.effects(), "-w", self.wallet)

    def quantity(self, pair, held: Decimal) -> str:
        price = self.world.market.last(pair.symbol, self.world.now) or Decimal(1)
        most = held or give_down_quotient(Decimal(self.random.choice([30, 3000])), price)
        return plain(down_to_step(give_down(most * Decimal(str(round(self.random.uniform(0.05, 1), 3))), 8), pair.step))

    def resting_order(self) -> Words:
        pair = self.world.rules.pair(self.pair())
        last = float(self.world.market.last(pair.symbol, self.world.now) or 1)
        side, kind = self.random.choice(["buy", "sell"]), self.random.choice(["limit", "limit", "stop-loss", "stop-loss-limit", "take-profit", "oco", "oto", "trailing"])
        near, far = self.random.uniform(0.005, 0.04), self.random.uniform(0.01, 0.08)
        sign = 1 if side == "sell" else -1
        better, worse = (plain(down_to_step(Decimal(f"{last * (1 + factor):.8f}"), pair.tick)) for factor in (sign * near, -sign * far))
        held = self.free(self.at, pair.base) if side == "sell" else give_down_quotient(self.free(self.at, pair.quote), Decimal(better))
        prices = {
            "limit": ("--type", "limit", "--price", better),
            "stop-loss": ("--type", "stop-loss", "--stop", worse),
            "stop-loss-limit": ("--type", "stop-loss-limit", "--stop", worse, "--price", worse),
            "take-profit": ("--type", "take-profit", "--stop", better),
            "oco": ("--type", "oco", "--price", better, "--stop", worse),
            "oto": ("--type", "limit", "--price", better, "--then-price", worse),
            "trailing": ("--type", "stop-loss", "--trailing-delta", str(self.random.randint(50, 900))),
        }[kind]
        return ("trade", side, pair.symbol, self.quantity(pair, held), *prices, *self.effects(), "-w", self.wallet)

    def cancel(self) -> Words:
        numbers = [order.number for wallet in self.world.state.wallets(self.user.name) for order in open_orders(self.world.state, wallet)]
        return ("cancel", str(self.random.choice(numbers))) if numbers and self.random.random() < 0.7 else ("cancel", "--all")

    def setting(self) -> Words:
        name = self.random.choice(["vip", "auto_transfer", "bnb_fees", "bnb_interest", "bnb_interest_requires_balance"])
        return ("settings", name, str(self.random.randint(0, 9)) if name == "vip" else self.random.choice(["on", "on", "off"]))

    def top_up(self) -> Words:
        coins = [] if self.at.symbol else [word for coin in self.random.sample(["USDT", "BTC", "BNB", "ETH"], self.random.randint(1, 3)) for word in ("--coin", coin)]
        target = ("--target", self.random.choice(["1.5", "1.8", "2"])) if not self.at.symbol and self.random.random() < 0.4 else ()
        return ("top-up", "on", *coins, *target, "-w", self.wallet) if self.random.random() < 0.8 else ("top-up", "off", "-w", self.wallet)

    def leverage(self) -> Words:
        chosen = self.random.choice(["3", "5", "10"]) if not self.at.symbol else self.random.choice(["off", "2", "4.5", "8.91", "10"])
        return ("leverage", chosen, "-w", self.wallet, "--answers", ANSWERS)

    def alert(self) -> Words:
        return ("alert", self.random.choice(["off", "1.35", "1.6", "2"]), "--every", str(self.random.randint(1, 24)), "-w", self.wallet)

    def spot(self) -> Words:
        coin = self.random.choice(COINS)
        own = Wallet(self.user.name, "spot")
        return ("withdraw", coin, self.amount(self.free(own, coin))) if self.random.random() < 0.4 else ("deposit", coin, self.amount(Decimal(10)))

    def rare(self) -> Words:
        return self.random.choice(
            [
                ("close", *(() if self.at.symbol else (self.pair(),)), "-w", self.wallet),
                ("close", *(() if self.at.symbol else (self.pair(),)), "-w", self.wallet),
                ("liquidate", "--manual", "-w", self.wallet),
                ("liquidate", "--settle-deficit", "-w", self.wallet),
                ("liquidation-loan", "all"),
                ("exchange-debts", self.coin(), "-w", self.wallet),
                ("dust", self.coin(), "-w", self.wallet),
                ("isolated", self.random.choice(["disable", "enable"]), self.random.choice(ISOLATED)),
                ("cool-off", "1d"),
            ]
        )


VERBS: dict[str, tuple[int, Callable[[Typist], Words]]] = {
    "borrow": (22, Typist.borrow),
    "market order": (26, Typist.market_order),
    "repay": (12, Typist.repay),
    "transfer": (14, Typist.transfer),
    "resting order": (12, Typist.resting_order),
    "cancel": (3, Typist.cancel),
    "spot": (6, Typist.spot),
    "setting": (4, Typist.setting),
    "top-up": (4, Typist.top_up),
    "leverage": (3, Typist.leverage),
    "alert": (2, Typist.alert),
    "rare": (6, Typist.rare),
}


# --- what the operator does ---

RULES = {
    "supply": '[pool.supply]\nbasis = "seed"\nrule = "BOR-4"\n[pool.supply.rows]\nUSDT = "{most}"\n',
    "takeover": '[liquidation]\ntakeover_above_usdt = ["{bar}", "inferred", "LIQ-4"]\n',
    "delisting": '[delistings.rows]\n{coin} = ["{at}", "official", "DEL-1"]\n',
}


OWN_RULES = ("supply", "takeover", "takeover")  # with which a ledger may begin


def new_rules(random: Random, folder: Path, number: int, now: int, kinds: tuple[str, ...] = (*RULES, "profile")) -> Words:
    """A rule file of the operator's own: a supply of the lending pool, a coin that leaves margin in a while, from when a wallet is taken over; or another profile."""
    kind = random.choice(kinds)
    if kind == "profile":
        return ("rules", "use", random.choice(PROFILES))
    told = {
        "most": random.choice(["20000", "300000", "5000000"]),
        "bar": random.choice(["100", "1000", "10000", ""]),
        "coin": random.choice(["DOGE", "BNB", "ETHBTC"]),
        "at": moment(now // HOUR * HOUR + random.randint(2, 60) * HOUR),
    }
    path = folder / f"rules-{number}.toml"
    path.write_text(RULES[kind].format(**told))
    return ("rules", "import", str(path))


def new_rate(random: Random) -> Words:
    return ("rate", "set", random.choice(COINS), random.choice(["0", "0.00010811", "0.0005", "0.004", "0.03"]))
