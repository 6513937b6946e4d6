"""The auditors: how each is asked whether a journal holds, and what every account comes to by its own reckoning.

Accounts come back as (owner, wallet..., bucket) with their true names, coins with theirs, amounts as exact decimals.
"""

import csv
import io
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from importlib.util import find_spec
from urllib.parse import unquote

import pytest

Balances = dict[tuple[str, ...], dict[str, Decimal]]
SECONDS = 600
_ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}


def run(*words) -> tuple[int, str]:
    done = subprocess.run([str(word) for word in words], env=_ENVIRONMENT, capture_output=True, timeout=SECONDS)
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def require(tool: str) -> None:
    found = find_spec("beancount") if tool == "beancount" else shutil.which(tool)
    if not found:
        pytest.skip(f"{tool} is not installed: see .ci/run")


def holds(tool: str, journal) -> tuple[bool, str]:
    """Whether the auditor takes the journal, every assertion in it included; and what it said."""
    code, said = run(*_CHECKS[tool], journal, *(["balance"] if tool == "ledger" else []))
    return code == 0, said


_CHECKS = {
    "hledger": ["hledger", "check", "--strict", "-f"],
    "ledger": ["ledger", "-f"],
    "beancount": [sys.executable, "-m", "beancount.scripts.check"],
}


def balances(tool: str, journal) -> Balances:
    """Balances other than nought."""
    return {"hledger": _hledger, "ledger": _ledger, "beancount": _beancount}[tool](journal)


def _read_back(account: str) -> tuple[str, ...]:
    """Without the kind of account in front."""
    return tuple(unquote(part) for part in account.split(":"))[1:]


def _hledger(journal) -> Balances:
    code, said = run("hledger", "balance", "-f", journal, "--flat", "--no-total", "--empty", "--layout=bare", "-O", "csv")
    assert code == 0, said
    found: Balances = {}
    for row in csv.DictReader(io.StringIO(said)):
        if Decimal(row["balance"]):
            found.setdefault(_read_back(row["account"]), {})[unquote(row["commodity"])] = Decimal(row["balance"])
    return found


def _ledger(journal) -> Balances:
    """Amounts of several coins stand on lines of their own, the account beside the last."""
    code, said = run("ledger", "-f", journal, "balance", "--flat", "--no-total", "--empty", "--balance-format", "%(display_total)  @%(account)\n")
    assert code == 0, said
    found: Balances = {}
    waiting: dict[str, Decimal] = {}
    for line in said.splitlines():
        amount, _, account = line.partition("  @")
        if amount.strip() not in ("", "0"):
            number, coin = amount.split()
            waiting[unquote(coin.strip('"'))] = Decimal(number)
        if account:
            found[_read_back(account)], waiting = waiting, {}
    return {account: coins for account, coins in found.items() if coins}


def _beancount(journal) -> Balances:
    from beancount import loader
    from beancount.core import data

    entries, errors, _ = loader.load_file(str(journal))
    assert not errors, errors[:3]
    accounts = {entry.account: tuple(unquote(part) for part in entry.meta["account"].split(":")) for entry in entries if isinstance(entry, data.Open)}
    coins = {entry.currency: unquote(entry.meta["name"]) for entry in entries if isinstance(entry, data.Commodity)}
    found: Balances = {}
    for posting in (posting for entry in entries if isinstance(entry, data.Transaction) for posting in entry.postings):
        held = found.setdefault(accounts[posting.account], {})
        coin = coins[posting.units.currency]
        held[coin] = held.get(coin, Decimal(0)) + posting.units.number
    return {account: left for account, held in found.items() if (left := {coin: amount for coin, amount in held.items() if amount})}
