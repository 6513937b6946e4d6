"""Views for people: the file read in a SQLite shell, in sqlite-utils or in datasette. The program itself reads none."""


def _decimal(units: str, scale: str) -> str:
    """SQL for whole units as an exact plain decimal: digits are moved as text, since 2^63 fits no REAL."""
    padded = f"printf('%0*d', {scale} + 1 + ({units} < 0), {units})"
    split = f"substr({padded}, 1, length({padded}) - {scale}) || '.' || substr({padded}, length({padded}) - {scale} + 1)"
    return f"CASE WHEN {scale} = 0 OR {units} = 0 THEN '' || {units} ELSE rtrim(rtrim({split}, '0'), '.') END"


def sql_moment(ms: str) -> str:
    """SQL for RFC 3339 in UTC; milliseconds only where there are any."""
    seconds = f"strftime('%Y-%m-%dT%H:%M:%S', ({ms}) / 1000, 'unixepoch')"
    return f"{seconds} || CASE WHEN ({ms}) % 1000 THEN printf('.%03dZ', ({ms}) % 1000) ELSE 'Z' END"


_LABEL = "o.name || CASE a.wallet WHEN '' THEN '' ELSE ':' || a.wallet END || ':' || a.bucket"
_HOUR_AT = "e.at - (h.hours - 1 - h.hour) * 3600000"

VIEWS = f"""
CREATE VIEW balances_by_wallet AS
SELECT o.name AS owner, a.wallet, a.bucket, s.name AS asset, {_decimal("b.amount", "s.scale")} AS amount
FROM balances b JOIN accounts a ON a.id = b.account_id JOIN owners o ON o.id = a.owner_id JOIN assets s ON s.id = b.asset_id
WHERE b.amount <> 0 ORDER BY o.name, a.wallet, s.name, a.bucket;

CREATE VIEW accounts_owing AS
SELECT o.name AS owner, a.wallet, a.bucket, s.name AS asset, ltrim({_decimal("b.amount", "s.scale")}, '-') AS owed
FROM balances b JOIN accounts a ON a.id = b.account_id JOIN owners o ON o.id = a.owner_id JOIN assets s ON s.id = b.asset_id
WHERE a.sign = -1 AND b.amount <> 0 ORDER BY o.name, a.wallet, s.name, a.bucket;

CREATE VIEW settings_by_wallet AS
SELECT o.name AS owner, c.wallet, c.key, c.value FROM settings c JOIN owners o ON o.id = c.owner_id WHERE c.value <> '';

CREATE VIEW journal AS
SELECT e.id, {sql_moment("e.at")} AS at, o.name AS owner, e.kind, e.wallet, e.asset, e.amount, e.facts
FROM entries e JOIN owners o ON o.id = e.owner_id;

CREATE VIEW journal_postings AS
SELECT p.entry_id, p.line, {sql_moment("e.at")} AS at, e.kind, {_LABEL} AS account, s.name AS asset,
  {_decimal("p.amount", "s.scale")} AS amount
FROM postings p JOIN entries e ON e.id = p.entry_id JOIN accounts a ON a.id = p.account_id
  JOIN owners o ON o.id = a.owner_id JOIN assets s ON s.id = p.asset_id;

CREATE VIEW interest_rows AS
WITH RECURSIVE h (entry_id, hour, hours) AS (
  SELECT id, 0, json_extract(facts, '$.hours') FROM entries WHERE kind = 'interest'
  UNION ALL SELECT entry_id, hour + 1, hours FROM h WHERE hour + 1 < hours)
SELECT e.id AS entry_id, {sql_moment(_HOUR_AT)} AS at, o.name AS owner, e.wallet, e.asset,
  json_extract(e.facts, '$.principal') AS principal, json_extract(e.facts, '$.rate_daily') AS rate_daily,
  json_extract(e.facts, '$.charge') AS interest, json_extract(e.facts, '$.type') AS type
FROM h JOIN entries e ON e.id = h.entry_id JOIN owners o ON o.id = e.owner_id;

CREATE VIEW prices_last AS
SELECT y.name AS symbol, p.source, p.kind, {sql_moment("p.known_at")} AS at, p.price, p.volume
FROM (
  SELECT symbol_id, source, 'quote' AS kind, max(at) AS known_at, price, volume FROM quotes GROUP BY symbol_id, source
  UNION ALL
  SELECT symbol_id, source, 'candle', max(close_at), close, volume FROM candles GROUP BY symbol_id, source
) p JOIN symbols y ON y.id = p.symbol_id ORDER BY y.name, p.source;

CREATE VIEW rates_by_asset AS
SELECT asset, mode, {sql_moment("since")} AS since, rate_daily, source FROM rates ORDER BY asset, mode, rates.since;
"""

# Interest of many loans in one entry (see herd.py): a row a loan.
ACCRUED = f"""
CREATE VIEW accrued_interest AS
SELECT e.id AS entry_id, {sql_moment("e.at")} AS at, o.name AS owner, a.wallet, e.asset, json_extract(e.facts, '$.rate_daily') AS rate_daily,
  json_extract(e.facts, '$.hours') AS hours, {_decimal("-p.amount", "s.scale")} AS interest, json_extract(e.facts, '$.type') AS type
FROM entries e JOIN postings p ON p.entry_id = e.id JOIN accounts a ON a.id = p.account_id AND a.wallet <> ''
  JOIN owners o ON o.id = a.owner_id JOIN assets s ON s.id = p.asset_id
WHERE e.kind = 'accrual';
"""

# The one of step 0002: a charge in BNB is not in the coin of its loan.
INTEREST_ROWS = f"""
DROP VIEW interest_rows;

CREATE VIEW interest_rows AS
WITH RECURSIVE h (entry_id, hour, hours) AS (
  SELECT id, 0, json_extract(facts, '$.hours') FROM entries WHERE kind = 'interest'
  UNION ALL SELECT entry_id, hour + 1, hours FROM h WHERE hour + 1 < hours)
SELECT e.id AS entry_id, {sql_moment(_HOUR_AT)} AS at, o.name AS owner, e.wallet, e.asset,
  coalesce(json_extract(e.facts, '$.raw_asset'), e.asset) AS raw_asset,
  json_extract(e.facts, '$.principal') AS principal, json_extract(e.facts, '$.rate_daily') AS rate_daily,
  json_extract(e.facts, '$.charge') AS interest, json_extract(e.facts, '$.type') AS type
FROM h JOIN entries e ON e.id = h.entry_id JOIN owners o ON o.id = e.owner_id;
"""
