-- A ledger as the first margincli wrote it: schema version 1, frozen. Never change it; a later version gets a file of its own.
PRAGMA application_id = 1297237827;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
) STRICT;
INSERT INTO "_sqlite_migrations" VALUES(1,'margincli','0001_books','2026-11-22 18:57:35.727920+00:00');
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  owner_id INTEGER NOT NULL REFERENCES owners,
  wallet TEXT NOT NULL, -- spot, cross, isolated:BTCUSDT; '' for the house and the world
  bucket TEXT NOT NULL,
  sign INTEGER NOT NULL CHECK (sign IN (-1, 0, 1)), -- 1: never below zero, -1: never above, 0: either
  UNIQUE (owner_id, wallet, bucket)
) STRICT;
INSERT INTO "accounts" VALUES(1,2,'','outside',0);
INSERT INTO "accounts" VALUES(2,3,'spot','free',1);
INSERT INTO "accounts" VALUES(3,3,'cross','free',1);
INSERT INTO "accounts" VALUES(4,1,'','pool',0);
INSERT INTO "accounts" VALUES(5,3,'cross','borrowed',-1);
INSERT INTO "accounts" VALUES(6,1,'','loans',0);
INSERT INTO "accounts" VALUES(7,3,'cross','interest',-1);
INSERT INTO "accounts" VALUES(8,1,'','interest',0);
INSERT INTO "accounts" VALUES(9,2,'','market',0);
INSERT INTO "accounts" VALUES(10,1,'','fees',0);
INSERT INTO "accounts" VALUES(11,3,'cross','locked',1);
INSERT INTO "accounts" VALUES(12,4,'spot','free',1);
CREATE TABLE assets (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  scale INTEGER NOT NULL CHECK (scale BETWEEN 0 AND 18) -- decimals of an amount: fixed at first use
) STRICT;
INSERT INTO "assets" VALUES(1,'USDT',8);
INSERT INTO "assets" VALUES(2,'BTC',8);
CREATE TABLE balances (
  account_id INTEGER NOT NULL REFERENCES accounts,
  asset_id INTEGER NOT NULL REFERENCES assets,
  sign INTEGER NOT NULL CHECK (sign IN (-1, 0, 1)),
  amount INTEGER NOT NULL CHECK (typeof(amount) = 'integer'),
  PRIMARY KEY (account_id, asset_id),
  CONSTRAINT balance_has_its_sign CHECK (sign * amount >= 0)
) STRICT, WITHOUT ROWID;
INSERT INTO "balances" VALUES(1,1,0,-100000000000);
INSERT INTO "balances" VALUES(1,2,0,-50000000);
INSERT INTO "balances" VALUES(2,1,1,10000000000);
INSERT INTO "balances" VALUES(3,1,1,52235800000);
INSERT INTO "balances" VALUES(3,2,1,799000);
INSERT INTO "balances" VALUES(4,1,0,-8051675064);
INSERT INTO "balances" VALUES(5,1,-1,-8051675064);
INSERT INTO "balances" VALUES(6,1,0,8051675064);
INSERT INTO "balances" VALUES(7,1,-1,0);
INSERT INTO "balances" VALUES(8,1,0,1675064);
INSERT INTO "balances" VALUES(9,1,0,45800000000);
INSERT INTO "balances" VALUES(9,2,0,-800000);
INSERT INTO "balances" VALUES(10,1,0,14200000);
INSERT INTO "balances" VALUES(10,2,0,1000);
INSERT INTO "balances" VALUES(11,2,1,0);
INSERT INTO "balances" VALUES(12,2,1,50000000);
CREATE TABLE candles (
  symbol_id INTEGER NOT NULL REFERENCES symbols,
  source TEXT NOT NULL CHECK (source <> ''),
  open_at INTEGER NOT NULL,
  close_at INTEGER NOT NULL,
  open TEXT NOT NULL,
  high TEXT NOT NULL,
  low TEXT NOT NULL,
  close TEXT NOT NULL,
  volume TEXT NOT NULL,
  PRIMARY KEY (symbol_id, source, open_at),
  CHECK (close_at > open_at)
) STRICT, WITHOUT ROWID;
CREATE TABLE changes (
  entry_id INTEGER NOT NULL REFERENCES entries DEFERRABLE INITIALLY DEFERRED,
  line INTEGER NOT NULL,
  owner_id INTEGER NOT NULL REFERENCES owners,
  wallet TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL, -- '' takes the setting away
  PRIMARY KEY (entry_id, line)
) STRICT, WITHOUT ROWID;
INSERT INTO "changes" VALUES(2,0,3,'cross','opened_at','1725148920000');
INSERT INTO "changes" VALUES(2,1,3,'spot','region','DE');
INSERT INTO "changes" VALUES(2,2,3,'spot','quiz_passed_at','1725148920000');
INSERT INTO "changes" VALUES(2,3,3,'cross','leverage','3');
INSERT INTO "changes" VALUES(6,0,3,'cross','alert_at','1.6');
INSERT INTO "changes" VALUES(6,1,3,'cross','alert_hours','12');
INSERT INTO "changes" VALUES(6,2,3,'cross','alerted_at','');
INSERT INTO "changes" VALUES(7,0,3,'spot','orders','1');
INSERT INTO "changes" VALUES(8,0,3,'cross','order.2','{"number": 2, "symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "qty": "0.002", "price": "70000", "stop": null, "side_effect": "NO_SIDE_EFFECT", "status": "NEW", "lent": "0", "locked": "0.002", "placed_at": 1725149220000, "group": 0, "waits_for": 0, "at_cancel": "REPAY"}');
INSERT INTO "changes" VALUES(8,1,3,'spot','orders','2');
INSERT INTO "changes" VALUES(11,0,3,'cross','order.2','');
CREATE TABLE entries (
  id INTEGER PRIMARY KEY,
  owner_id INTEGER NOT NULL REFERENCES owners,
  at INTEGER NOT NULL, -- ms since 1970, UTC
  kind TEXT NOT NULL,
  wallet TEXT NOT NULL,
  asset TEXT NOT NULL,
  amount TEXT NOT NULL, -- plain decimal
  facts TEXT NOT NULL CHECK (json_valid(facts))
) STRICT;
INSERT INTO "entries" VALUES(1,3,1725148860000,'deposit','spot','USDT','1000','{}');
INSERT INTO "entries" VALUES(2,3,1725148920000,'activate','cross','','0','{"leverage": "3", "region": "DE"}');
INSERT INTO "entries" VALUES(3,3,1725148980000,'transfer','cross','USDT','900','{"from": "spot", "to": "cross"}');
INSERT INTO "entries" VALUES(4,3,1725149040000,'borrow','cross','USDT','100.5','{"type": "MANUAL"}');
INSERT INTO "entries" VALUES(5,3,1725149040000,'interest','cross','USDT','0.00045272','{"type": "ON_BORROW", "principal": "100.5", "rate_daily": "0.00010811", "first": "2024-09-01T00:04:00Z", "hours": 1, "charge": "0.00045272"}');
INSERT INTO "entries" VALUES(6,3,1725149100000,'alert','cross','','0','{"level": "1.6", "hours": "12"}');
INSERT INTO "entries" VALUES(7,3,1725149160000,'trade','cross','BTC','0.01','{"order": "1", "side": "BUY", "symbol": "BTCUSDT", "qty": "0.01", "price": "60000", "quote_qty": "600", "fee": "0.00001", "fee_asset": "BTC"}');
INSERT INTO "entries" VALUES(8,3,1725149220000,'order','cross','BTC','0.002','{"number": "2", "symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "qty": "0.002", "status": "NEW", "price": "70000"}');
INSERT INTO "entries" VALUES(9,3,1725271200000,'interest','cross','USDT','0.01539248','{"type": "PERIODIC", "principal": "100.5", "rate_daily": "0.00010811", "first": "2024-09-01T01:00:00Z", "hours": 34, "charge": "0.00045272"}');
INSERT INTO "entries" VALUES(10,3,1725274800000,'interest','cross','USDT','0.00045272','{"type": "PERIODIC", "principal": "100.5", "rate_daily": "0.00010811", "first": "2024-09-02T11:00:00Z", "hours": 1, "charge": "0.00045272"}');
INSERT INTO "entries" VALUES(11,3,1725274800000,'order_end','cross','BTC','0.002','{"number": "2", "symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "qty": "0.002", "status": "FILLED", "price": "70000"}');
INSERT INTO "entries" VALUES(12,3,1725274800000,'trade','cross','BTC','0.002','{"order": "2", "side": "SELL", "symbol": "BTCUSDT", "qty": "0.002", "price": "71000", "quote_qty": "142", "fee": "0.142", "fee_asset": "USDT"}');
INSERT INTO "entries" VALUES(13,3,1725278400000,'interest','cross','USDT','0.00045272','{"type": "PERIODIC", "principal": "100.5", "rate_daily": "0.00010811", "first": "2024-09-02T12:00:00Z", "hours": 1, "charge": "0.00045272"}');
INSERT INTO "entries" VALUES(14,3,1725280200000,'repay','cross','USDT','20','{"interest": "0.01675064", "principal": "19.98324936", "type": "MANUAL"}');
INSERT INTO "entries" VALUES(15,4,1725282000000,'deposit','spot','BTC','0.5','{}');
CREATE TABLE owners (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  settled_to INTEGER -- ms since 1970: what fell due until then is booked
) STRICT;
INSERT INTO "owners" VALUES(1,'house',NULL);
INSERT INTO "owners" VALUES(2,'world',NULL);
INSERT INTO "owners" VALUES(3,'main',1725280200000);
INSERT INTO "owners" VALUES(4,'other',1725282000000);
CREATE TABLE postings (
  entry_id INTEGER NOT NULL REFERENCES entries DEFERRABLE INITIALLY DEFERRED,
  line INTEGER NOT NULL,
  account_id INTEGER NOT NULL REFERENCES accounts,
  asset_id INTEGER NOT NULL REFERENCES assets,
  amount INTEGER NOT NULL CHECK (typeof(amount) = 'integer'), -- smallest units of the coin
  PRIMARY KEY (entry_id, line)
) STRICT, WITHOUT ROWID;
INSERT INTO "postings" VALUES(1,0,1,1,-100000000000);
INSERT INTO "postings" VALUES(1,1,2,1,100000000000);
INSERT INTO "postings" VALUES(3,0,2,1,-90000000000);
INSERT INTO "postings" VALUES(3,1,3,1,90000000000);
INSERT INTO "postings" VALUES(4,0,4,1,-10050000000);
INSERT INTO "postings" VALUES(4,1,3,1,10050000000);
INSERT INTO "postings" VALUES(4,2,5,1,-10050000000);
INSERT INTO "postings" VALUES(4,3,6,1,10050000000);
INSERT INTO "postings" VALUES(5,0,7,1,-45272);
INSERT INTO "postings" VALUES(5,1,8,1,45272);
INSERT INTO "postings" VALUES(7,0,3,1,-60000000000);
INSERT INTO "postings" VALUES(7,1,9,1,60000000000);
INSERT INTO "postings" VALUES(7,2,9,2,-1000000);
INSERT INTO "postings" VALUES(7,3,3,2,1000000);
INSERT INTO "postings" VALUES(7,4,3,2,-1000);
INSERT INTO "postings" VALUES(7,5,10,2,1000);
INSERT INTO "postings" VALUES(8,0,3,2,-200000);
INSERT INTO "postings" VALUES(8,1,11,2,200000);
INSERT INTO "postings" VALUES(9,0,7,1,-1539248);
INSERT INTO "postings" VALUES(9,1,8,1,1539248);
INSERT INTO "postings" VALUES(10,0,7,1,-45272);
INSERT INTO "postings" VALUES(10,1,8,1,45272);
INSERT INTO "postings" VALUES(11,0,11,2,-200000);
INSERT INTO "postings" VALUES(11,1,3,2,200000);
INSERT INTO "postings" VALUES(12,0,3,2,-200000);
INSERT INTO "postings" VALUES(12,1,9,2,200000);
INSERT INTO "postings" VALUES(12,2,9,1,-14200000000);
INSERT INTO "postings" VALUES(12,3,3,1,14200000000);
INSERT INTO "postings" VALUES(12,4,3,1,-14200000);
INSERT INTO "postings" VALUES(12,5,10,1,14200000);
INSERT INTO "postings" VALUES(13,0,7,1,-45272);
INSERT INTO "postings" VALUES(13,1,8,1,45272);
INSERT INTO "postings" VALUES(14,0,3,1,-1675064);
INSERT INTO "postings" VALUES(14,1,7,1,1675064);
INSERT INTO "postings" VALUES(14,2,3,1,-1998324936);
INSERT INTO "postings" VALUES(14,3,4,1,1998324936);
INSERT INTO "postings" VALUES(14,4,6,1,-1998324936);
INSERT INTO "postings" VALUES(14,5,5,1,1998324936);
INSERT INTO "postings" VALUES(15,0,1,2,-50000000);
INSERT INTO "postings" VALUES(15,1,12,2,50000000);
CREATE TABLE quotes (
  symbol_id INTEGER NOT NULL REFERENCES symbols,
  source TEXT NOT NULL CHECK (source <> ''),
  at INTEGER NOT NULL,
  price TEXT NOT NULL,
  volume TEXT,
  PRIMARY KEY (symbol_id, source, at)
) STRICT, WITHOUT ROWID;
INSERT INTO "quotes" VALUES(1,'index',1725148800000,'60000',NULL);
INSERT INTO "quotes" VALUES(1,'index',1725274800000,'71000',NULL);
INSERT INTO "quotes" VALUES(2,'mine',1725148800000,'2500','7');
CREATE TABLE rates (
  mode TEXT NOT NULL CHECK (mode IN ('cross', 'isolated')),
  asset TEXT NOT NULL,
  since INTEGER NOT NULL,
  rate_daily TEXT NOT NULL, -- a fraction of the principal
  source TEXT NOT NULL,
  PRIMARY KEY (mode, asset, since)
) STRICT, WITHOUT ROWID;
INSERT INTO "rates" VALUES('cross','ETH',1725148800000,'0.0001','set');
INSERT INTO "rates" VALUES('isolated','ETH',1725148800000,'0.0001','set');
CREATE TABLE refs (
  ref TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  request TEXT NOT NULL,
  document TEXT NOT NULL CHECK (json_valid(document)) -- the receipt that was given
) STRICT, WITHOUT ROWID;
INSERT INTO "refs" VALUES('first','main','Borrow {"amount": "100.5", "asset": "USDT", "kind": "MANUAL", "wallet": "cross"}','{"mode": "paper", "command": "borrow", "account": "main", "at": "2024-09-01T00:04:00Z", "ref": "first", "dry_run": false, "repeated": false, "entries": [{"id": 4, "at": "2024-09-01T00:04:00Z", "kind": "borrow", "account": "main", "wallet": "cross", "asset": "USDT", "amount": "100.5", "facts": {"type": "MANUAL"}, "postings": [{"account": "house:pool", "asset": "USDT", "amount": "-100.5"}, {"account": "main:cross:free", "asset": "USDT", "amount": "100.5"}, {"account": "main:cross:borrowed", "asset": "USDT", "amount": "-100.5"}, {"account": "house:loans", "asset": "USDT", "amount": "100.5"}]}, {"id": 5, "at": "2024-09-01T00:04:00Z", "kind": "interest", "account": "main", "wallet": "cross", "asset": "USDT", "amount": "0.00045272", "facts": {"type": "ON_BORROW", "principal": "100.5", "rate_daily": "0.00010811", "first": "2024-09-01T00:04:00Z", "hours": 1, "charge": "0.00045272"}, "postings": [{"account": "main:cross:interest", "asset": "USDT", "amount": "-0.00045272"}, {"account": "house:interest", "asset": "USDT", "amount": "0.00045272"}]}], "before": [{"account": "main", "wallet": "cross", "account_type": "MARGIN_1", "leverage": "3", "margin_level": "999", "collateral_margin_level": "999", "status": "EXCESSIVE", "total_asset_usdt": "900", "total_liability_usdt": "0", "net_asset_usdt": "900", "allows": ["trade", "borrow", "transfer_out"], "margin_call_level": "1.3", "liquidation_level": "1.1", "liquidation_prices": {}, "distance": {}, "unpriced": []}], "after": [{"account": "main", "wallet": "cross", "account_type": "MARGIN_1", "leverage": "3", "margin_level": "9.95517903", "collateral_margin_level": "9.95517903", "status": "EXCESSIVE", "total_asset_usdt": "1000.5", "total_liability_usdt": "100.50045272", "net_asset_usdt": "899.99954728", "allows": ["trade", "borrow", "transfer_out"], "margin_call_level": "1.3", "liquidation_level": "1.1", "liquidation_prices": {}, "distance": {}, "unpriced": []}], "notices": []}');
CREATE TABLE rulebooks (
  since INTEGER PRIMARY KEY, -- ms since 1970; 0: from the start
  profile TEXT NOT NULL,
  document TEXT NOT NULL CHECK (json_valid(document))
) STRICT;
INSERT INTO "rulebooks" VALUES(0,'2024','{"profile": "2024", "title": "cross at 3x and 5x, tiered collateral, hourly interest, liquidation fee 2%", "from": "2024-08-12T06:00:00Z", "until": "2025-01-21T10:00:00Z", "terms": {"money": ["Nothing here is real money, and nothing here is advice.", "inferred", "MODE-1"], "interest": ["Borrowed coins cost interest from the moment of the loan, by the hour, whatever happens to the price.", "inferred", "MODE-1"], "liquidation": ["A wallet that falls to its liquidation level is sold to repay its debts, without asking, and pays a fee for it.", "inferred", "MODE-1"], "numbers": ["Some numbers are placeholders; each tells its basis in this list.", "inferred", "MODE-1"]}, "cross": {"leverages": [["3", "5"], "official", "MODE-6"], "default_leverage": ["5", "official", "MODE-5", "of an account activated without a choice"], "leverage_change_every_seconds": ["60", "official", "MODE-6"], "bands": {"3": {"transfer_out_above": ["2", "official", "THR-1"], "excessive_above": ["2", "inferred", "THR-7", "name of the state only"], "borrow_above": ["1.5", "official", "THR-1"], "margin_call_at": ["1.3", "official", "THR-1"], "liquidation_at": ["1.1", "official", "THR-1"], "stop_above": ["1.5", "official", "LIQ-3", "a liquidation ends as soon as the level is above"], "initial_risk_ratio": ["1.5", "inferred", "BOR-2", "leverage / (leverage - 1)"]}, "5": {"transfer_out_above": ["2", "official", "THR-1"], "excessive_above": ["2", "inferred", "THR-7", "name of the state only"], "borrow_above": ["1.25", "official", "THR-1"], "margin_call_at": ["1.16", "official", "THR-1"], "liquidation_at": ["1.1", "official", "THR-1"], "stop_above": ["1.25", "official", "LIQ-3", "a liquidation ends as soon as the level is above"], "initial_risk_ratio": ["1.25", "inferred", "BOR-2", "leverage / (leverage - 1)"]}}}, "isolated": {"transfer_out_above": ["2", "inferred", "THR-4"], "excessive_above": ["2", "inferred", "THR-7", "name of the state only"], "max_wallets": ["20", "official", "MODE-9", "sample value"], "disable_every_hours": ["24", "official", "MODE-9"], "default_family": ["5", "placeholder", "ISO-1", "of a pair without a line below; a recorded live pair stands at 5x"], "default_step_usdt": ["20000", "placeholder", "ISO-5", "worth of each coin''s limit in tier 1, for a pair without a published table"], "bands": {"10": {"liquidation_at": ["1.05", "official", "ISO-1"], "margin_call_at": ["1.10", "official", "ISO-1"], "initial_risk_ratio": [["1.111", "1.1264", "1.1418", "1.1572", "1.1726", "1.188", "1.2034", "1.2188", "1.2342", "1.2496"], "official", "ISO-1"], "leverage": [["10", "8.91", "8.05", "7.36", "6.79", "6.31", "5.91", "5.57", "5.26", "5"], "official", "ISO-1"]}, "5": {"liquidation_at": ["1.15", "official", "ISO-1"], "margin_call_at": ["1.19", "official", "ISO-1"], "initial_risk_ratio": [["1.25", "1.3125", "1.375", "1.4375", "1.5"], "official", "ISO-1"], "leverage": [["5", "4.2", "3.66", "3.28", "3"], "official", "ISO-1"]}, "3": {"liquidation_at": ["1.18", "official", "ISO-1"], "margin_call_at": ["1.22", "official", "ISO-1"], "initial_risk_ratio": [["1.5", "1.875", "2.25", "2.625", "3"], "official", "ISO-1"], "leverage": [["3", "2.14", "1.8", "1.61", "1.5"], "official", "ISO-1"]}}, "families": {"basis": "placeholder", "rule": "ISO-1", "note": "assumed for the deepest markets", "rows": {"BTCUSDT": "10", "BTCUSDC": "10", "BTCFDUSD": "10", "BTCBUSD": "10", "ETHUSDT": "10", "ETHUSDC": "10", "ETHFDUSD": "10", "ETHBUSD": "10", "1INCHUSDT": "5"}, "marks": {"BTCUSDT": ["official", "ISO-5", ""], "BTCUSDC": ["official", "ISO-5", "the exchange''s illustration"], "1INCHUSDT": ["third party", "ML-5", "ratio of a recorded live account"]}}, "tier_step": {"basis": "official", "rule": "ISO-5", "note": "table of 2023-06", "columns": ["base", "quote"], "rows": {"BTCUSDT": ["7.2", "90000"], "BTCUSDC": ["3.6", "45000"]}, "marks": {"BTCUSDC": ["official", "ISO-5", "the exchange''s illustration"]}}}, "collateral": {"default_rank": ["9", "placeholder", "COL-9", "of a coin without a line below"], "ladders": {"full": {"tiers": [[["", "1"]], "official", "COL-4"]}, "5": {"tiers": [[["800000", "1"], ["1200000", "0.95"], ["2000000", "0.85"], ["2500000", "0.5"], ["4000000", "0.2"], ["6000000", "0.1"], ["", "0"]], "placeholder", "COL-3", "not published: the ladder of rank 6"]}, "6": {"tiers": [[["800000", "1"], ["1200000", "0.95"], ["2000000", "0.85"], ["2500000", "0.5"], ["4000000", "0.2"], ["6000000", "0.1"], ["", "0"]], "third party", "COL-3", "announcement reported 2025-08-15"]}, "7": {"tiers": [[["100000", "1"], ["250000", "0.8"], ["500000", "0.6"], ["700000", "0.3"], ["1000000", "0.1"], ["", "0"]], "placeholder", "COL-3", "not published: the ladder of rank 8"]}, "8": {"tiers": [[["100000", "1"], ["250000", "0.8"], ["500000", "0.6"], ["700000", "0.3"], ["1000000", "0.1"], ["", "0"]], "third party", "COL-3", "announcement reported 2026-01-12"]}, "9": {"tiers": [[["100000", "1"], ["150000", "0.8"], ["200000", "0.6"], ["400000", "0.3"], ["600000", "0.1"], ["", "0"]], "third party", "COL-3", "announcement reported 2026-01-12"]}, "10": {"tiers": [[["100000", "1"], ["", "0"]], "third party", "COL-3", "announcement reported 2026-01-12"]}}, "ranks": {"basis": "inferred", "rule": "COL-9", "note": "rank assumed from how liquid the coin is", "rows": {"USDT": "full", "BUSD": "full", "BTC": "full", "ETH": "full", "USDC": "full", "FDUSD": "full", "ADA": "5", "TRX": "6", "ARB": "7", "ZEC": "7", "ASTER": "7", "CFX": "9", "XPL": "9", "BNB": "6", "SOL": "6", "XRP": "6", "DOGE": "6", "LTC": "6", "LINK": "6", "DOT": "6", "AVAX": "6", "BCH": "6", "ETC": "6", "MATIC": "6", "POL": "6", "ATOM": "6", "FIL": "6", "NEAR": "6", "UNI": "6", "XLM": "6"}, "marks": {"USDT": ["official", "COL-4", "sample table"], "BUSD": ["official", "COL-4", "sample table"], "BTC": ["official", "COL-4", "sample table"], "ETH": ["official", "COL-4", "sample table"], "ADA": ["inferred", "COL-9", "rank of 2026-01"], "TRX": ["inferred", "COL-9", "rank of 2026-01"], "ARB": ["inferred", "COL-9", "rank of 2026-01"], "ZEC": ["inferred", "COL-9", "rank of 2026-01"], "ASTER": ["inferred", "COL-9", "rank of 2026-01"], "CFX": ["inferred", "COL-9", "rank of 2026-01"], "XPL": ["inferred", "COL-9", "rank until 2026-01"]}}}, "borrow": {"minimum_usdt": ["10", "seed", "BOR-5", "by index value; the exchange''s samples show 0"], "pool_supply": ["", "placeholder", "BOR-4", "what may be lent of each coin in all; empty: no end"], "limits": {"basis": "official", "rule": "BOR-4", "note": "most that may be owed of a coin in cross, VIP 0, sample value; a coin without a line has no limit of its own", "rows": {"BTC": "180"}, "marks": {}}}, "repay": {"minimum": ["0", "inferred", "BOR-5", "least amount of one repayment"], "smallest_rest": ["0", "placeholder", "REP-4", "least debt that may be left over"]}, "exchange_debts": {"under_usdt": ["10", "official", "SLX-1", "worth of a debt, interest included, that counts as small"], "most_coins": ["10", "official", "SLX-1", "debts taken by one exchange, the largest first"], "every_hours": ["6", "official", "SLX-1"]}, "order": {"market_buffer": ["0.01", "third party", "BOR-8", "a market order borrows its shortfall and this share more"], "fill_convention": ["market at the next known price; limit when a candle trades through it, at the limit or at a better open; stops on the candle''s extreme", "inferred", "ORD-14"], "max_orders": ["200", "third party", "ORD-8", "open in one pair, as its filter of 2021 has it"], "max_stops": ["5", "third party", "ORD-8", "of them waiting for a stop"]}, "fees": {"trade": [[["0.001", "0.001"], ["0.0009", "0.001"], ["0.0008", "0.001"], ["0.00042", "0.0006"], ["0.00042", "0.00054"], ["0.00036", "0.00048"], ["0.0003", "0.00042"], ["0.00024", "0.00036"], ["0.00018", "0.0003"], ["0.00012", "0.00024"]], "third party", "FEE-1", "maker and taker, VIP 0 to 9"]}, "index": {"sources": [["htx", "okx", "hitbtc", "gate", "bitfinex", "bybit", "mexc"], "official", "IDX-1", "list of 2024-06 by the names of today (Huobi is htx, MXC mexc); Bitmax (ascendex) is left out, ccxt knows it no more"], "cap": ["0.05", "official", "IDX-3", "a source farther off the median of all counts at that distance from it"], "stale_seconds": ["7200", "inferred", "IDX-4", "officially 10 on live feeds, which would drop every hourly candle and quote set by hand: here one candle of an hour may be missing"]}, "intrabar": {"convention": ["worst of all lows, all highs", "inferred", "ORD-14", "inside a candle only its extremes are known; coins are taken to move together"]}, "call": {"remind_every_hours": ["24", "official", "CALL-2"], "own_level_up_to": ["2", "inferred", "CALL-3", "an alert of one''s own: from the margin call ratio up to this level"], "own_reminder_hours": [["1", "24"], "inferred", "CALL-3", "least and most"]}, "top_up": {"max_coins": ["3", "official", "TOP-2", "cross: coins taken from spot, in the user''s order"]}, "liquidation": {"fee_cross": ["0.02", "official", "LIQ-8", "of the value liquidated, by the prices at its start"], "fee_isolated": ["0.02", "official", "LIQ-8", "of the value liquidated, by the prices at its start"], "slippage": ["0", "inferred", "LIQ-5", "share of the index price lost in a forced sale"], "sell_order": ["each debt against the same coin held; then the held coins by falling collateral value, into the debt worth most", "inferred", "LIQ-5"], "fund_pays_up_to_btc": ["0.1", "official", "FUND-2", "a larger deficit waits for review"], "withdrawal_blocked_above_usdt": ["10000", "official", "FUND-3", "debt of a bankrupt account from which that amount stays put"], "manual_isolated_regions": [[], "placeholder", "LIQ-11", "where an isolated wallet may be liquidated by hand; no list was found"]}, "cooling_off": {"hours": [["24", "72", "168"], "official", "COOL-1", "the choices: a day, three days, a week"]}, "regions": {"denied": [["IR", "KP", "SY", "CU", "UA-43", "CA", "JP", "KR", "US"], "third party", "REG-1", "list reported in 2019; edit it to yours"]}, "coins": {"default_rate_daily": ["", "placeholder", "INT-13", "a coin without a rate cannot be borrowed"], "scales": {"default": ["8", "official", "NUM-1"], "basis": "official", "rule": "NUM-1", "note": "", "rows": {}, "marks": {}}, "collateral_only": {"basis": "inferred", "rule": "COL-8", "note": "counts as collateral, cannot be borrowed", "rows": {"BUSD": "yes"}, "marks": {}}, "rates_placeholder": {"basis": "placeholder", "rule": "INT-6", "note": "not in the recording", "rows": {}, "marks": {}}, "rates": {"basis": "third party", "rule": "INT-6", "note": "cross, VIP 1, last rate recorded by 2023-09-16 14:00 UTC; taken for every VIP level (INT-13)", "rows": {"1INCH": "0.00145821", "AAVE": "0.00020816", "ACH": "0.00279703", "ADA": "0.00020733", "AGIX": "0.00031762", "AGLD": "0.00149488", "ALCX": "0.00068419", "ALGO": "0.00051794", "ALICE": "0.00029486", "AMB": "0.00031699", "ANKR": "0.00126383", "ANT": "0.00048654", "APE": "0.00137105", "API3": "0.00073554", "APT": "0.00056995", "AR": "0.00079625", "ARB": "0.00009339", "ARKM": "0.00147579", "ARPA": "0.00386009", "ASTR": "0.00044305", "ATA": "0.00245260", "ATOM": "0.00055120", "AUCTION": "0.00073108", "AUDIO": "0.00309380", "AVA": "0.00033684", "AVAX": "0.00020631", "AXS": "0.00165789", "BAKE": "0.00058318", "BAND": "0.00055245", "BAT": "0.00152665", "BCH": "0.00208210", "BEL": "0.00312360", "BETA": "0.00042992", "BICO": "0.00092915", "BLZ": "0.02191776", "BNB": "0.00260285", "BNT": "0.00149103", "BNX": "0.00129747", "BOND": "0.00029490", "BSW": "0.00089282", "BTC": "0.00004354", "BURGER": "0.00040684", "C98": "0.00299638", "CAKE": "0.00027601", "CELO": "0.00185734", "CELR": "0.00161763", "CFX": "0.00118078", "CHR": "0.00064481", "CHZ": "0.00010159", "CKB": "0.00261547", "CLV": "0.00130406", "COMBO": "0.00099997", "COMP": "0.00702157", "COTI": "0.00364465", "CRV": "0.00274263", "CTK": "0.00684500", "CTSI": "0.00324875", "CTXC": "0.00045841", "CYBER": "0.00032353", "DAR": "0.00088937", "DASH": "0.00062960", "DEGO": "0.00099068", "DENT": "0.00043694", "DF": "0.00046919", "DODO": "0.00280724", "DOGE": "0.00011172", "DOT": "0.00020816", "DUSK": "0.00086699", "DYDX": "0.00011657", "EDU": "0.00035612", "EGLD": "0.00074529", "ENJ": "0.00335552", "ENS": "0.00026023", "EOS": "0.00027371", "EPX": "0.00033736", "ERN": "0.00062956", "ETC": "0.00020816", "ETH": "0.00006243", "FDUSD": "0.00013019", "FET": "0.00016196", "FIDA": "0.00091042", "FIL": "0.00075793", "FLM": "0.00028690", "FLOKI": "0.00020280", "FLOW": "0.00020736", "FLUX": "0.00034140", "FRONT": "0.00027008", "FTM": "0.00020511", "FXS": "0.00071417", "GAL": "0.00296057", "GALA": "0.00021582", "GLM": "0.00112146", "GLMR": "0.00029437", "GMT": "0.00052547", "GMX": "0.00056102", "GNS": "0.00063681", "GRT": "0.00098047", "GTC": "0.00380410", "HARD": "0.00042627", "HBAR": "0.00068484", "HFT": "0.00026549", "HIGH": "0.00073602", "HIVE": "0.00021664", "HOOK": "0.00007183", "HOT": "0.00032681", "ICP": "0.00018839", "ICX": "0.00390336", "ID": "0.00033811", "IDEX": "0.00237047", "IMX": "0.00015292", "INJ": "0.00260148", "IOST": "0.00042720", "IOTA": "0.00038239", "IOTX": "0.00073951", "JASMY": "0.00139322", "JOE": "0.00179588", "KAVA": "0.00091415", "KDA": "0.00016991", "KEY": "0.00149370", "KLAY": "0.00049829", "KNC": "0.00095974", "KP3R": "0.00023286", "KSM": "0.00106863", "LAZIO": "0.00211574", "LDO": "0.00035908", "LEVER": "0.00104924", "LINA": "0.00357648", "LINK": "0.00015157", "LIT": "0.00156556", "LPT": "0.00039822", "LQTY": "0.00157673", "LRC": "0.00024767", "LTC": "0.00015998", "LUNA": "0.00093348", "LUNC": "0.00015511", "MAGIC": "0.00022382", "MANA": "0.00049196", "MASK": "0.00131463", "MATIC": "0.00015586", "MAV": "0.00097827", "MBL": "0.00022945", "MC": "0.00035067", "MDT": "0.00032720", "MDX": "0.00032268", "MINA": "0.00046605", "MKR": "0.00041132", "MTL": "0.00144459", "NEAR": "0.00020816", "NEO": "0.00061168", "NKN": "0.00165180", "NMR": "0.00218064", "NULS": "0.00027830", "OAX": "0.00144361", "OCEAN": "0.00098827", "OGN": "0.00106509", "ONE": "0.00056790", "ONT": "0.00241777", "OP": "0.00018948", "OSMO": "0.00100438", "PAXG": "0.00013254", "PENDLE": "0.00524333", "PEOPLE": "0.00260945", "PEPE": "0.00008869", "PERP": "0.00090008", "PHA": "0.00106476", "PHB": "0.00058509", "POLYX": "0.00046350", "POND": "0.00043541", "PORTO": "0.00076909", "PUNDIX": "0.00095004", "PYR": "0.00021941", "QI": "0.00122673", "QNT": "0.00029338", "QTUM": "0.00207638", "QUICK": "0.00065736", "RAD": "0.00222910", "RDNT": "0.00163694", "REEF": "0.00032840", "REI": "0.00370275", "REQ": "0.00074892", "RIF": "0.00082168", "RLC": "0.00006387", "RNDR": "0.00024814", "ROSE": "0.00021370", "RPL": "0.00074353", "RSR": "0.00197665", "RUNE": "0.00091703", "RVN": "0.00033333", "SAND": "0.00020816", "SANTOS": "0.00111723", "SEI": "0.00138918", "SFP": "0.00071107", "SHIB": "0.00002781", "SKL": "0.00030034", "SLP": "0.00072016", "SNX": "0.00335513", "SOL": "0.00033611", "SPELL": "0.00043051", "SSV": "0.00180034", "STG": "0.00257622", "STMX": "0.00106098", "STORJ": "0.00117309", "STPT": "0.00076266", "STX": "0.00020713", "SUI": "0.00170186", "SUPER": "0.00030020", "SUSHI": "0.00019953", "SXP": "0.00202953", "SYN": "0.00042089", "T": "0.00282399", "TFUEL": "0.00029816", "THETA": "0.00026411", "TLM": "0.00079508", "TOMO": "0.00117259", "TRB": "0.09061650", "TROY": "0.00075983", "TRU": "0.00080030", "TRX": "0.00038992", "TUSD": "0.00019276", "TVK": "0.00036905", "TWT": "0.00006119", "UMA": "0.00522623", "UNFI": "0.02082187", "UNI": "0.00012102", "USDC": "0.00020457", "USDT": "0.00010811", "USTC": "0.00056994", "VET": "0.00013019", "VIB": "0.00086724", "WAVES": "0.00325333", "WAXP": "0.00241771", "WING": "0.00137526", "WLD": "0.00020885", "WOO": "0.00104306", "XEC": "0.00302434", "XEM": "0.00116512", "XLM": "0.00024374", "XMR": "0.00038191", "XRP": "0.00020055", "XTZ": "0.00037038", "XVG": "0.00182806", "XVS": "0.00100790", "YFI": "0.00079952", "YGG": "0.00384780", "ZEC": "0.00016394", "ZEN": "0.00046316", "ZIL": "0.00106531", "ZRX": "0.00089167"}, "marks": {}}}, "pairs": {"basis": "third party", "rule": "ORD-9", "note": "filters of 2026-08-21; limits of price and quantity as of 2021-10-11, left empty where the tick or step has changed since", "columns": ["base", "quote", "tick", "step", "min_notional", "min_price", "max_price", "min_qty", "max_qty", "market_max_qty"], "rows": {"BNBUSDT": ["BNB", "USDT", "0.01", "0.001", "5", "", "", "0.001", "900000", "28192.58778318"], "BTCUSDT": ["BTC", "USDT", "0.01", "0.00001", "5", "0.01", "1000000", "0.00001", "9000", "95.46320577"], "ETHBTC": ["ETH", "BTC", "0.00001", "0.0001", "0.0001", "", "", "0.0001", "100000", "844.04278589"], "ETHUSDT": ["ETH", "USDT", "0.01", "0.0001", "5", "0.01", "1000000", "0.0001", "9000", "1585.4321164"]}, "marks": {}}}');
CREATE TABLE settings (
  owner_id INTEGER NOT NULL REFERENCES owners,
  wallet TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (owner_id, wallet, key)
) STRICT, WITHOUT ROWID;
INSERT INTO "settings" VALUES(3,'cross','alert_at','1.6');
INSERT INTO "settings" VALUES(3,'cross','alert_hours','12');
INSERT INTO "settings" VALUES(3,'cross','alerted_at','');
INSERT INTO "settings" VALUES(3,'cross','leverage','3');
INSERT INTO "settings" VALUES(3,'cross','opened_at','1725148920000');
INSERT INTO "settings" VALUES(3,'cross','order.2','');
INSERT INTO "settings" VALUES(3,'spot','orders','2');
INSERT INTO "settings" VALUES(3,'spot','quiz_passed_at','1725148920000');
INSERT INTO "settings" VALUES(3,'spot','region','DE');
CREATE TABLE symbols (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE -- only symbols that have a price
) STRICT;
INSERT INTO "symbols" VALUES(1,'BTCUSDT');
INSERT INTO "symbols" VALUES(2,'ETHUSDT');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX entries_by_owner ON entries (owner_id);
CREATE INDEX entries_by_kind ON entries (owner_id, kind);
CREATE TRIGGER postings_go_to_the_open_entry BEFORE INSERT ON postings
WHEN new.entry_id <> (SELECT coalesce(max(id), 0) + 1 FROM entries) OR EXISTS (SELECT 1 FROM postings WHERE entry_id = new.entry_id AND line = new.line)
BEGIN SELECT RAISE(ABORT, 'the entry is sealed: nothing can be added to it'); END;
CREATE TRIGGER changes_go_to_the_open_entry BEFORE INSERT ON changes
WHEN new.entry_id <> (SELECT coalesce(max(id), 0) + 1 FROM entries) OR EXISTS (SELECT 1 FROM changes WHERE entry_id = new.entry_id AND line = new.line)
BEGIN SELECT RAISE(ABORT, 'the entry is sealed: nothing can be added to it'); END;
CREATE TRIGGER entries_are_numbered_on BEFORE INSERT ON entries WHEN new.id <> (SELECT coalesce(max(id), 0) + 1 FROM entries)
BEGIN SELECT RAISE(ABORT, 'entries are append-only and numbered without gaps'); END;
CREATE TRIGGER entries_balance AFTER INSERT ON entries
WHEN EXISTS (SELECT 1 FROM postings WHERE entry_id = new.id GROUP BY asset_id HAVING sum(amount) <> 0)
BEGIN SELECT RAISE(ABORT, 'the entry is not balanced'); END;
CREATE TRIGGER postings_add_up AFTER INSERT ON postings BEGIN
  INSERT INTO balances (account_id, asset_id, sign, amount)
    SELECT id, new.asset_id, sign, 0 FROM accounts WHERE id = new.account_id
    AND NOT EXISTS (SELECT 1 FROM balances WHERE account_id = new.account_id AND asset_id = new.asset_id);
  UPDATE balances SET amount = amount + new.amount WHERE account_id = new.account_id AND asset_id = new.asset_id;
END;
CREATE TRIGGER changes_set AFTER INSERT ON changes BEGIN
  INSERT INTO settings (owner_id, wallet, key, value) VALUES (new.owner_id, new.wallet, new.key, new.value)
    ON CONFLICT (owner_id, wallet, key) DO UPDATE SET value = excluded.value;
END;
CREATE TRIGGER owners_stay_settled BEFORE UPDATE ON owners
WHEN new.id <> old.id OR new.name <> old.name OR new.settled_to IS NULL OR new.settled_to < old.settled_to
BEGIN SELECT RAISE(ABORT, 'what is settled stays settled'); END;
CREATE TRIGGER entries_never_updated BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entries_never_deleted BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER postings_never_updated BEFORE UPDATE ON postings BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TRIGGER postings_never_deleted BEFORE DELETE ON postings BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TRIGGER changes_never_updated BEFORE UPDATE ON changes BEGIN SELECT RAISE(ABORT, 'changes are append-only'); END;
CREATE TRIGGER changes_never_deleted BEFORE DELETE ON changes BEGIN SELECT RAISE(ABORT, 'changes are append-only'); END;
CREATE TRIGGER assets_never_updated BEFORE UPDATE ON assets BEGIN SELECT RAISE(ABORT, 'assets are append-only'); END;
CREATE TRIGGER assets_never_deleted BEFORE DELETE ON assets BEGIN SELECT RAISE(ABORT, 'assets are append-only'); END;
CREATE TRIGGER accounts_never_updated BEFORE UPDATE ON accounts BEGIN SELECT RAISE(ABORT, 'accounts are append-only'); END;
CREATE TRIGGER accounts_never_deleted BEFORE DELETE ON accounts BEGIN SELECT RAISE(ABORT, 'accounts are append-only'); END;
CREATE TRIGGER refs_never_updated BEFORE UPDATE ON refs BEGIN SELECT RAISE(ABORT, 'refs are append-only'); END;
CREATE TRIGGER refs_never_deleted BEFORE DELETE ON refs BEGIN SELECT RAISE(ABORT, 'refs are append-only'); END;
CREATE TRIGGER owners_never_deleted BEFORE DELETE ON owners BEGIN SELECT RAISE(ABORT, 'owners are append-only'); END;
CREATE TRIGGER balances_never_deleted BEFORE DELETE ON balances BEGIN SELECT RAISE(ABORT, 'balances are append-only'); END;
CREATE TRIGGER settings_never_deleted BEFORE DELETE ON settings BEGIN SELECT RAISE(ABORT, 'settings are append-only'); END;
CREATE TRIGGER balances_follow_postings_insert BEFORE INSERT ON balances
WHEN NOT EXISTS (SELECT 1 FROM postings WHERE entry_id = (SELECT coalesce(max(id), 0) + 1 FROM entries))
BEGIN SELECT RAISE(ABORT, 'balances only follow from postings'); END;
CREATE TRIGGER balances_follow_postings_update BEFORE UPDATE ON balances
WHEN NOT EXISTS (SELECT 1 FROM postings WHERE entry_id = (SELECT coalesce(max(id), 0) + 1 FROM entries))
BEGIN SELECT RAISE(ABORT, 'balances only follow from postings'); END;
CREATE TRIGGER settings_follow_changes_insert BEFORE INSERT ON settings
WHEN NOT EXISTS (SELECT 1 FROM changes WHERE entry_id = (SELECT coalesce(max(id), 0) + 1 FROM entries))
BEGIN SELECT RAISE(ABORT, 'settings only follow from changes'); END;
CREATE TRIGGER settings_follow_changes_update BEFORE UPDATE ON settings
WHEN NOT EXISTS (SELECT 1 FROM changes WHERE entry_id = (SELECT coalesce(max(id), 0) + 1 FROM entries))
BEGIN SELECT RAISE(ABORT, 'settings only follow from changes'); END;
CREATE VIEW balances_by_wallet AS
SELECT o.name AS owner, a.wallet, a.bucket, s.name AS asset, CASE WHEN s.scale = 0 OR b.amount = 0 THEN '' || b.amount ELSE rtrim(rtrim(substr(printf('%0*d', s.scale + 1 + (b.amount < 0), b.amount), 1, length(printf('%0*d', s.scale + 1 + (b.amount < 0), b.amount)) - s.scale) || '.' || substr(printf('%0*d', s.scale + 1 + (b.amount < 0), b.amount), length(printf('%0*d', s.scale + 1 + (b.amount < 0), b.amount)) - s.scale + 1), '0'), '.') END AS amount
FROM balances b JOIN accounts a ON a.id = b.account_id JOIN owners o ON o.id = a.owner_id JOIN assets s ON s.id = b.asset_id
WHERE b.amount <> 0 ORDER BY o.name, a.wallet, s.name, a.bucket;
CREATE VIEW accounts_owing AS
SELECT o.name AS owner, a.wallet, a.bucket, s.name AS asset, ltrim(CASE WHEN s.scale = 0 OR b.amount = 0 THEN '' || b.amount ELSE rtrim(rtrim(substr(printf('%0*d', s.scale + 1 + (b.amount < 0), b.amount), 1, length(printf('%0*d', s.scale + 1 + (b.amount < 0), b.amount)) - s.scale) || '.' || substr(printf('%0*d', s.scale + 1 + (b.amount < 0), b.amount), length(printf('%0*d', s.scale + 1 + (b.amount < 0), b.amount)) - s.scale + 1), '0'), '.') END, '-') AS owed
FROM balances b JOIN accounts a ON a.id = b.account_id JOIN owners o ON o.id = a.owner_id JOIN assets s ON s.id = b.asset_id
WHERE a.sign = -1 AND b.amount <> 0 ORDER BY o.name, a.wallet, s.name, a.bucket;
CREATE VIEW settings_by_wallet AS
SELECT o.name AS owner, c.wallet, c.key, c.value FROM settings c JOIN owners o ON o.id = c.owner_id WHERE c.value <> '';
CREATE VIEW journal AS
SELECT e.id, strftime('%Y-%m-%dT%H:%M:%S', (e.at) / 1000, 'unixepoch') || CASE WHEN (e.at) % 1000 THEN printf('.%03dZ', (e.at) % 1000) ELSE 'Z' END AS at, o.name AS owner, e.kind, e.wallet, e.asset, e.amount, e.facts
FROM entries e JOIN owners o ON o.id = e.owner_id;
CREATE VIEW journal_postings AS
SELECT p.entry_id, p.line, strftime('%Y-%m-%dT%H:%M:%S', (e.at) / 1000, 'unixepoch') || CASE WHEN (e.at) % 1000 THEN printf('.%03dZ', (e.at) % 1000) ELSE 'Z' END AS at, e.kind, o.name || CASE a.wallet WHEN '' THEN '' ELSE ':' || a.wallet END || ':' || a.bucket AS account, s.name AS asset,
  CASE WHEN s.scale = 0 OR p.amount = 0 THEN '' || p.amount ELSE rtrim(rtrim(substr(printf('%0*d', s.scale + 1 + (p.amount < 0), p.amount), 1, length(printf('%0*d', s.scale + 1 + (p.amount < 0), p.amount)) - s.scale) || '.' || substr(printf('%0*d', s.scale + 1 + (p.amount < 0), p.amount), length(printf('%0*d', s.scale + 1 + (p.amount < 0), p.amount)) - s.scale + 1), '0'), '.') END AS amount
FROM postings p JOIN entries e ON e.id = p.entry_id JOIN accounts a ON a.id = p.account_id
  JOIN owners o ON o.id = a.owner_id JOIN assets s ON s.id = p.asset_id;
CREATE VIEW interest_rows AS
WITH RECURSIVE h (entry_id, hour, hours) AS (
  SELECT id, 0, json_extract(facts, '$.hours') FROM entries WHERE kind = 'interest'
  UNION ALL SELECT entry_id, hour + 1, hours FROM h WHERE hour + 1 < hours)
SELECT e.id AS entry_id, strftime('%Y-%m-%dT%H:%M:%S', (e.at - (h.hours - 1 - h.hour) * 3600000) / 1000, 'unixepoch') || CASE WHEN (e.at - (h.hours - 1 - h.hour) * 3600000) % 1000 THEN printf('.%03dZ', (e.at - (h.hours - 1 - h.hour) * 3600000) % 1000) ELSE 'Z' END AS at, o.name AS owner, e.wallet, e.asset,
  json_extract(e.facts, '$.principal') AS principal, json_extract(e.facts, '$.rate_daily') AS rate_daily,
  json_extract(e.facts, '$.charge') AS interest, json_extract(e.facts, '$.type') AS type
FROM h JOIN entries e ON e.id = h.entry_id JOIN owners o ON o.id = e.owner_id;
CREATE VIEW prices_last AS
SELECT y.name AS symbol, p.source, p.kind, strftime('%Y-%m-%dT%H:%M:%S', (p.known_at) / 1000, 'unixepoch') || CASE WHEN (p.known_at) % 1000 THEN printf('.%03dZ', (p.known_at) % 1000) ELSE 'Z' END AS at, p.price, p.volume
FROM (
  SELECT symbol_id, source, 'quote' AS kind, max(at) AS known_at, price, volume FROM quotes GROUP BY symbol_id, source
  UNION ALL
  SELECT symbol_id, source, 'candle', max(close_at), close, volume FROM candles GROUP BY symbol_id, source
) p JOIN symbols y ON y.id = p.symbol_id ORDER BY y.name, p.source;
CREATE VIEW rates_by_asset AS
SELECT asset, mode, strftime('%Y-%m-%dT%H:%M:%S', (since) / 1000, 'unixepoch') || CASE WHEN (since) % 1000 THEN printf('.%03dZ', (since) % 1000) ELSE 'Z' END AS since, rate_daily, source FROM rates ORDER BY asset, mode, rates.since;
COMMIT;
