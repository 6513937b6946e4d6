"""Danger as an exit code: what stands and what has happened, for scripts and cron."""

from typing import Any

MARGIN_CALL, LIQUIDATION = 10, 11
_STANDS = {"MARGIN_CALL": MARGIN_CALL, "PRE_LIQUIDATION": MARGIN_CALL, "FORCE_LIQUIDATION": LIQUIDATION}
_HAPPENED = {"margin_call": MARGIN_CALL, "pre_liquidation": MARGIN_CALL, "liquidation": LIQUIDATION, "liquidation_due": LIQUIDATION, "deficit_review": LIQUIDATION}


def danger(document: dict[str, Any]) -> int:
    """The code of the worst there is among the wallets and the notices of an answer, 0 without any."""
    wallets = document.get("wallets") or document.get("after") or []
    codes = [_STANDS.get(wallet["status"], 0) for wallet in wallets] + [_HAPPENED.get(notice["code"], 0) for notice in document.get("notices", ())]
    return max(codes, default=0)
