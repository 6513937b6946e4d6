"""What is not allowed, why, and the commands that would allow it: as a part of a document, and in lines for people."""

from typing import Any, Iterable

from ..domain.journal import Wallet
from ..domain.money import plain
from ..domain.refusals import Refused
from ..domain.remedy import TRANSFER_IN, Denial, Remedy
from .blocks import Block, Line, Title

Document = dict[str, Any]


def denial_document(wallet: Wallet, denial: Denial) -> Document:
    refusal: Refused = denial.refusal
    told = {"verb": denial.verb, "why": refusal.code, "message": refusal.message, "hint": refusal.hint, "facts": refusal.facts}
    return {**told, "remedy": remedy_documents(wallet, denial.remedies)}


def remedy_documents(wallet: Wallet, remedies: Iterable[Remedy]) -> list[Document]:
    return [_remedy(wallet, remedy) for remedy in remedies]


def _remedy(wallet: Wallet, remedy: Remedy) -> Document:
    amount = plain(remedy.amount)
    words = f"transfer {remedy.asset} {amount} --from spot --to {wallet.name}" if remedy.verb == TRANSFER_IN else f"repay {remedy.asset} {amount}"
    if remedy.verb != TRANSFER_IN:
        words += (f" --sell {remedy.sell}" if remedy.sell else "") + (f" --wallet {wallet.name}" if wallet.symbol else "")
    account = "" if wallet.owner == "main" else f" --account {wallet.owner}"
    return {"verb": remedy.verb, "asset": remedy.asset, "amount": amount, "sell": remedy.sell or None, "command": f"margincli {words}{account}"}


def lines(denied: Iterable[Document]) -> list[Block]:
    """Each sentence once, however many coins or wallets it keeps from something; under it the commands, one of which is enough."""
    firsts: dict[tuple, Document] = {}
    for denial in denied:
        firsts.setdefault((denial["verb"], denial["message"]), denial)
    told: list[Block] = []
    for denial in firsts.values():
        told += [Line(f"{denial['verb'].replace('_', ' ')}: {denial['message']}"), *(_ways("allowed by:", denial["remedy"]) or [Line(f"  {denial['hint']}")])]
    return [Title("Not allowed now"), *told] if told else []


def call_lines(wallets: Iterable[Document]) -> list[Line]:
    """How a margin call is ended, for every wallet that has one."""
    return [line for wallet in wallets for line in _ways(f"{wallet['wallet']}, the call ends by:", wallet.get("call_ended_by") or ())]


def _ways(words: str, remedies: Iterable[Document]) -> list[Line]:
    return [Line(f"  {way} {remedy['command']}") for way, remedy in zip((words, f"{'or:':>{len(words)}}"), remedies)]
