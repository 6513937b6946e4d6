"""Documents as the desk writes them, for tests of what becomes of them."""

CROSS = {
    "wallet": "cross",
    "leverage": "3",
    "margin_level": "1.29871234",
    "collateral_margin_level": "1.22",
    "status": "MARGIN_CALL",
    "total_asset_usdt": "7804.12345678",
    "total_liability_usdt": "6009.1",
    "net_asset_usdt": "1795.02345678",
    "allows": ["trade"],
    "margin_call_level": "1.3",
    "liquidation_level": "1.1",
    "liquidation_prices": {"BTCUSDT": "50871.3"},
    "distance": {"BTCUSDT": "-0.15214"},
    "unpriced": ["XYZ"],
}
ISOLATED = CROSS | {
    "wallet": "isolated:BTCUSDT",
    "leverage": "10",
    "margin_level": "999",
    "collateral_margin_level": None,
    "status": "EXCESSIVE",
    "total_asset_usdt": "0.05",
    "total_liability_usdt": "0",
    "net_asset_usdt": "0.05",
    "allows": ["trade", "borrow", "transfer_out"],
    "liquidation_prices": {},
    "distance": {},
    "unpriced": [],
}
SPOT = {key: None for key in CROSS} | {"wallet": "spot", "total_asset_usdt": "120", "allows": ["transfer_out"], "liquidation_prices": {}}


def balance(asset, free, borrowed="0", interest="0", net=None):
    return {"asset": asset, "free": free, "locked": "0", "borrowed": borrowed, "interest": interest, "net_asset": net or free}


STATUS = {
    "mode": "paper",
    "account": "main",
    "at": "2024-09-01T12:00:00Z",
    "profile": "2024",
    "wallets": [
        CROSS | {"balances": [balance("BTC", "0.13"), balance("USDT", "4.12345678", "6000", "9.1", "-6004.97654322")]},
        ISOLATED | {"balances": [balance("USDT", "0.05")]},
        SPOT | {"balances": [balance("USDT", "120")]},
    ],
}


def entry(number, kind, amount, asset, wallet="cross", **facts):
    return {
        "id": number,
        "at": f"2024-09-01T{number:02}:00:00Z",
        "kind": kind,
        "wallet": wallet,
        "asset": asset,
        "amount": amount,
        "facts": facts,
        "postings": [{"account": f"main:{wallet}:free", "asset": asset, "amount": amount}],
    }


ENTRIES = [
    entry(1, "deposit", "1000", "USDT", "spot"),
    entry(2, "transfer", "800", "USDT", "cross", **{"from": "spot", "to": "cross"}),
    entry(3, "activate", "0", "", leverage="3", region="DE"),
    entry(4, "borrow", "100", "USDT", type="MANUAL"),
    entry(4, "interest", "0.00083334", "USDT", type="ON_BORROW", principal="100", rate_daily="0.0002", hours="1"),
    entry(5, "interest", "0.00250002", "USDT", type="PERIODIC", principal="100", rate_daily="0.0002", hours="3", first="2024-09-01T05:00:00Z", charge="0.00083334"),
    entry(6, "trade", "0.01", "BTC", side="BUY", symbol="BTCUSDT", qty="0.01", price="60000", quote_qty="600", fee="0.00001", fee_asset="BTC"),
    entry(7, "repay", "50", "USDT", type="MANUAL", interest="0.00333336", principal="49.99666664"),
    entry(8, "margin_call", "0", "", level="1.29871234", bar="1.3"),
    entry(9, "margin_call", "0", "", level="1.28", bar="1.3", reminder="1"),
    entry(10, "margin_call_over", "0", "", level="1.45"),
    entry(11, "liquidation", "0", "", reason="level", level="1.0999", bar="1.1", prices={"BTC": "50871.3", "USDT": "1"}),
    entry(11, "liquidation_sell", "0.1", "BTC", sold="BTC", qty="0.1", got="5087.13", **{"for": "USDT"}),
    entry(11, "liquidation_repay", "5087.13", "USDT", interest="9.1", principal="5078.03"),
    entry(11, "liquidation_fee", "0.002", "BTC", rate="0.02", base_usdt="5087.13", value_usdt="101.74"),
    entry(11, "deficit", "3", "USDT", value_usdt="3"),
    entry(12, "withdraw", "20", "USDT", "spot"),
]
RECEIPT = {
    "mode": "paper",
    "command": "borrow",
    "account": "main",
    "at": "2024-09-01T04:00:00Z",
    "ref": None,
    "dry_run": False,
    "repeated": False,
    "entries": ENTRIES[3:5],
    "before": [ISOLATED, CROSS | {"margin_level": "999", "collateral_margin_level": "999", "status": "EXCESSIVE", "total_liability_usdt": "0"}],
    "after": [ISOLATED, CROSS],
    "notices": [{"code": "margin_call", "wallet": "cross", "message": "The level 1.29 is at or under 1.3.", "facts": {}}],
}
IMPORTED = {
    "mode": "paper",
    "rows": [
        {
            "symbol": "BTCUSDT", "source": "binance", "layout": "binance", "interval": "1h", "rows": 720, "added": 700,
            "already_there": 20, "kept_different": 2, "first": "2024-09-01T00:00:00Z", "last": "2024-09-30T23:00:00Z",
            "gaps": [{"first": "2024-09-05T01:00:00Z", "last": "2024-09-05T03:00:00Z", "missing": 3}], "missing": 3, "duplicates": 4,
            "conflicting": 1, "refused": [{"line": number, "reason": "the high lies under the low"} for number in range(7)],
        }
    ],
}
INTEREST = {"rows": [{"at": "2024-09-01T05:00:00Z", "asset": "USDT", "principal": "100", "rate_daily": "0.0002", "interest": "0.00083334", "type": "PERIODIC", "wallet": "cross"}]}
DENIED = {
    "verb": "transfer_out",
    "why": "level_too_low_to_move",
    "message": "Too low.",
    "hint": "Repay.",
    "facts": {"bar": "2", "level": "1.9"},
    "remedy": [{"verb": "transfer_in", "asset": "USDT", "amount": "5", "sell": None, "command": "margincli transfer USDT 5 --from spot --to isolated:BTCUSDT"}],
}
LIMITS = {
    "rows": [
        {"wallet": "cross", "asset": "USDT", "max_borrow": "1600", "max_transfer_out": "12.5", "bounds": [{"bound": "leverage", "amount": "1600"}, {"bound": "limit", "amount": "9000"}], "why": "leverage", "denied": []},
        {"wallet": "isolated:BTCUSDT", "asset": "BTC", "max_borrow": "0.00012", "max_transfer_out": "0", "bounds": [{"bound": "tier 1", "amount": "0.00012"}, {"bound": "level_too_low_to_move", "message": "Too low.", "hint": "Repay."}], "why": "tier 1", "denied": [DENIED]},
    ]
}
PRICES = {"rows": [{"symbol": "BTCUSDT", "price": "60000", "source": "index", "at": "2024-09-01T05:00:00Z", "volume": None, "kind": "quote"}]}
RATES = {"rows": [{"asset": "USDT", "mode": "cross", "rate_daily": "0.0002", "at": "2024-09-01T00:00:00Z"}, {"asset": "BTC", "mode": "cross", "rate_daily": "0.00001", "at": "2024-09-01T00:00:00Z"}]}
RULES = {"rows": [{"name": "cross.bands.3.margin_call_at", "value": "1.3", "basis": "official", "rule": "THR-1", "note": ""}, {"name": "cross.leverages", "value": ["3", "5"], "basis": "official", "rule": "MODE-6", "note": "x"}]}
QUIZ = {"questions": [{"id": "margin-level", "question": "What does it compare?", "choices": {"a": "This", "b": "That"}}]}
BROKEN = {"ok": False, "findings": [{"code": "unbalanced", "message": "Entry 7 does not balance.", "entry": 7}, "view totals differs"], "counts": {"entries": 12, "accounts": 1}}
SOUND = {"ok": True, "findings": [], "counts": {"entries": 12, "accounts": 1}}
EVERY = {
    "status": STATUS, "borrow": RECEIPT, "history": {"rows": ENTRIES}, "interest": INTEREST, "limits": LIMITS, "price show": PRICES,
    "rate show": RATES, "rules show": RULES, "price import": IMPORTED, "activate": QUIZ, "check": BROKEN,
}
