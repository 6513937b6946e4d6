"""Markets of a simulation: prices that wander, jump and sometimes are silent, as the commands that bring them in."""

from pathlib import Path
from random import Random

HOUR = 3_600_000
START = {"BTCUSDT": 60_000.0, "ETHUSDT": 2_500.0, "BNBUSDT": 550.0, "DOGEUSDT": 0.1, "USDCUSDT": 1.0, "ETHBTC": 0.0416}
PLACES = {"BTCUSDT": 2, "ETHUSDT": 2, "BNBUSDT": 2, "DOGEUSDT": 5, "USDCUSDT": 5, "ETHBTC": 5}
CALM = {"USDCUSDT": 0.02}  # of the swings of the others
Words = tuple[str, ...]


class Market:
    """Random walks of several pairs, in floats: what a market does owes nobody an exact account."""

    def __init__(self, random: Random, folder: Path):
        self.random, self.folder, self.files = random, folder, 0
        self.price = dict(START)
        self.candled: dict[str, int] = {}  # until when a pair has candles
        self.swing = random.choice([0.004, 0.01, 0.02])  # of an hour
        self.silent = set(random.sample(["USDCUSDT", "ETHBTC", "DOGEUSDT"], random.choice([0, 0, 1])))

    def opening(self) -> list[Words]:
        return [("price", "set", symbol, self.told(symbol)) for symbol in START if symbol not in self.silent]

    def told(self, symbol: str, factor: float = 1.0) -> str:
        places = PLACES[symbol]
        return f"{max(self.price[symbol] * factor, 10**-places):.{places}f}"

    def passes(self, since: int, until: int) -> list[Words]:
        """The market of the time that comes: candles of it where there is an hour and someone has them, a last quote otherwise."""
        found = []
        crash = self.random.uniform(0.5, 1.45) if self.random.random() < 0.2 else 1.0
        for symbol in START:
            if symbol in self.silent or self.random.random() < 0.1:  # nothing is heard of this one
                continue
            if until - since > HOUR and self.random.random() < 0.6:
                found.append(self._candles(symbol, since, until, crash))
            else:
                self._move(symbol, (until - since) / HOUR, crash)
        return found

    def quotes(self) -> list[Words]:
        """Quotes of now, of the index itself, sometimes of a source that is one of several."""
        chosen = self.random.sample(sorted(START.keys() - self.silent), self.random.randint(1, 3))
        sources = [("--source", "kraken", "--volume", "12"), ("--source", "okx", "--volume", "5")] if self.random.random() < 0.1 else [()]
        return [("price", "set", symbol, self.told(symbol, self.random.uniform(0.99, 1.01) if source else 1.0), *source) for symbol in chosen for source in sources]

    def _move(self, symbol: str, hours: float, crash: float) -> None:
        calm = CALM.get(symbol, 1.0)
        step = self.random.gauss(0, self.swing * calm * max(hours, 0.01) ** 0.5)
        self.price[symbol] *= max(0.3, 1 + step) * crash**calm

    def _candles(self, symbol: str, since: int, until: int, crash: float) -> Words:
        """Hourly candles in a file, with an hour missing here and there, and the last ones perhaps of a time that is still to come."""
        self.files += 1
        path, rows = self.folder / f"{symbol}-{self.files}.csv", ["time,open,high,low,close,volume"]
        first = max((since // HOUR + 1) * HOUR, self.candled.get(symbol, 0))
        last = until // HOUR * HOUR + self.random.choice([0, 0, 3]) * HOUR
        crashed_at = self.random.randrange(first, max(last, first + 1), HOUR)
        for open_at in range(first, last + 1, HOUR):
            opened = self.told(symbol, self.random.uniform(0.999, 1.001))
            self._move(symbol, 1, crash if open_at == crashed_at else 1.0)
            closed = self.told(symbol)
            ends, reach = sorted((float(opened), float(closed))), self.random.uniform(0, self.swing * CALM.get(symbol, 1.0))
            high, low = (f"{max(end, 10**-PLACES[symbol]):.{PLACES[symbol]}f}" for end in (ends[1] * (1 + reach), ends[0] * (1 - reach)))
            if self.random.random() < 0.97:
                rows.append(f"{open_at},{opened},{high},{low},{closed},1")
            self.candled[symbol] = open_at + HOUR
        path.write_text("\n".join(rows) + "\n")
        return ("price", "import", str(path), "--symbol", symbol) if len(rows) > 1 else ("price", "set", symbol, self.told(symbol))
