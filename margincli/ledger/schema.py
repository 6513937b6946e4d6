"""The tables of a ledger, and the triggers by which the file itself keeps the books.

An entry is closed by its own row: its lines and its seal come first, and only the next entry, the one whose row is not
there yet, takes lines. The row is refused unless its lines balance; from then on nothing of it can change. Balances and settings
follow from the lines, inside the same statement.

A trigger's own ``OR IGNORE`` would be overruled by the statement that fires it, so triggers say NOT EXISTS instead.
"""

# The settings to which time does something (domain/quiet.py names the others), in the words of the index that finds them.
ASTIR = (
    "value <> '' AND key NOT IN ('opened_at', 'region', 'quiz_passed_at', 'orders', 'leverage_changed_at', 'cooling_off_until', "
    "'auto_transfer', 'top_up', 'top_up_to') AND NOT (key = 'leverage' AND (value IN ('3', '5') OR wallet GLOB 'isolated:*'))"
)

HERD = f"\nCREATE INDEX settings_astir ON settings (owner_id) WHERE {ASTIR};\n"

APPLICATION_ID = 0x4D524743  # "MRGC", where file(1) and SQLite tell one program's database from another's

TABLES = """
CREATE TABLE assets (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  scale INTEGER NOT NULL CHECK (scale BETWEEN 0 AND 18) -- decimals of an amount: fixed at first use
) STRICT;

CREATE TABLE owners (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  settled_to INTEGER -- ms since 1970: what fell due until then is booked
) STRICT;

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  owner_id INTEGER NOT NULL REFERENCES owners,
  wallet TEXT NOT NULL, -- spot, cross, isolated:BTCUSDT; '' for the house and the world
  bucket TEXT NOT NULL,
  sign INTEGER NOT NULL CHECK (sign IN (-1, 0, 1)), -- 1: never below zero, -1: never above, 0: either
  UNIQUE (owner_id, wallet, bucket)
) STRICT;

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
CREATE INDEX entries_by_owner ON entries (owner_id);
CREATE INDEX entries_by_kind ON entries (owner_id, kind);

CREATE TABLE postings (
  entry_id INTEGER NOT NULL REFERENCES entries DEFERRABLE INITIALLY DEFERRED,
  line INTEGER NOT NULL,
  account_id INTEGER NOT NULL REFERENCES accounts,
  asset_id INTEGER NOT NULL REFERENCES assets,
  amount INTEGER NOT NULL CHECK (typeof(amount) = 'integer'), -- smallest units of the coin
  PRIMARY KEY (entry_id, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE balances (
  account_id INTEGER NOT NULL REFERENCES accounts,
  asset_id INTEGER NOT NULL REFERENCES assets,
  sign INTEGER NOT NULL CHECK (sign IN (-1, 0, 1)),
  amount INTEGER NOT NULL CHECK (typeof(amount) = 'integer'),
  PRIMARY KEY (account_id, asset_id),
  CONSTRAINT balance_has_its_sign CHECK (sign * amount >= 0)
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

CREATE TABLE settings (
  owner_id INTEGER NOT NULL REFERENCES owners,
  wallet TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (owner_id, wallet, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE refs (
  ref TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  request TEXT NOT NULL,
  document TEXT NOT NULL CHECK (json_valid(document)) -- the receipt that was given
) STRICT, WITHOUT ROWID;

CREATE TABLE symbols (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE -- only symbols that have a price
) STRICT;

CREATE TABLE quotes (
  symbol_id INTEGER NOT NULL REFERENCES symbols,
  source TEXT NOT NULL CHECK (source <> ''),
  at INTEGER NOT NULL,
  price TEXT NOT NULL,
  volume TEXT,
  PRIMARY KEY (symbol_id, source, at)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE rates (
  mode TEXT NOT NULL CHECK (mode IN ('cross', 'isolated')),
  asset TEXT NOT NULL,
  since INTEGER NOT NULL,
  rate_daily TEXT NOT NULL, -- a fraction of the principal
  source TEXT NOT NULL,
  PRIMARY KEY (mode, asset, since)
) STRICT, WITHOUT ROWID;

CREATE TABLE rulebooks (
  since INTEGER PRIMARY KEY, -- ms since 1970; 0: from the start
  profile TEXT NOT NULL,
  document TEXT NOT NULL CHECK (json_valid(document))
) STRICT;
"""

# The entry being written: numbers have no gaps, so that an entry taken out by force is missed.
_OPEN_ENTRY = "(SELECT coalesce(max(id), 0) + 1 FROM entries)"

KEEPING = f"""
CREATE TRIGGER postings_go_to_the_open_entry BEFORE INSERT ON postings
WHEN new.entry_id <> {_OPEN_ENTRY} OR EXISTS (SELECT 1 FROM postings WHERE entry_id = new.entry_id AND line = new.line)
BEGIN SELECT RAISE(ABORT, 'the entry is sealed: nothing can be added to it'); END;

CREATE TRIGGER changes_go_to_the_open_entry BEFORE INSERT ON changes
WHEN new.entry_id <> {_OPEN_ENTRY} OR EXISTS (SELECT 1 FROM changes WHERE entry_id = new.entry_id AND line = new.line)
BEGIN SELECT RAISE(ABORT, 'the entry is sealed: nothing can be added to it'); END;

CREATE TRIGGER entries_are_numbered_on BEFORE INSERT ON entries WHEN new.id <> {_OPEN_ENTRY}
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
"""

_NEVER = """
CREATE TRIGGER {table}_never_{verb}d BEFORE {verb_upper} ON {table} BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END;
"""
_ONLY_BY_LINES = """
CREATE TRIGGER {table}_follow_{lines}_{verb} BEFORE {verb_upper} ON {table}
WHEN NOT EXISTS (SELECT 1 FROM {lines} WHERE entry_id = {open_entry})
BEGIN SELECT RAISE(ABORT, '{table} only follow from {lines}'); END;
"""


def _guards() -> str:
    written_once = [(table, verb) for table in ("entries", "postings", "changes", "assets", "accounts", "refs") for verb in ("update", "delete")]
    never = [*written_once, *((table, "delete") for table in ("owners", "balances", "settings"))]
    derived = [(table, lines, verb) for table, lines in (("balances", "postings"), ("settings", "changes")) for verb in ("insert", "update")]
    return "".join(
        [_NEVER.format(table=table, verb=verb, verb_upper=verb.upper()) for table, verb in never]
        + [_ONLY_BY_LINES.format(table=t, lines=l, verb=v, verb_upper=v.upper(), open_entry=_OPEN_ENTRY) for t, l, v in derived]
    )


GUARDS = _guards()

# Since version 3. Like its lines, the seal of an entry comes before the row; so many entries can be written table by table.
SEALS = """
CREATE TABLE seals (
  entry_id INTEGER PRIMARY KEY REFERENCES entries DEFERRABLE INITIALLY DEFERRED,
  previous TEXT NOT NULL, -- the hash of the entry before it
  hash TEXT NOT NULL CHECK (length(hash) = 64) -- SHA-256 of the entry, its lines and `previous`: see seals.py
) STRICT;

ALTER TABLE rulebooks ADD COLUMN hash TEXT; -- SHA-256 of the document
"""
SEALING = f"""
CREATE TRIGGER seals_are_a_chain BEFORE INSERT ON seals
WHEN new.entry_id <> (SELECT coalesce(max(entry_id), 0) + 1 FROM seals)
  OR new.previous <> coalesce((SELECT hash FROM seals ORDER BY entry_id DESC LIMIT 1), '{"0" * 64}')
BEGIN SELECT RAISE(ABORT, 'the seal does not follow on the last one'); END;

CREATE TRIGGER entries_are_sealed AFTER INSERT ON entries WHEN NOT EXISTS (SELECT 1 FROM seals WHERE entry_id = new.id)
BEGIN SELECT RAISE(ABORT, 'the entry is not sealed'); END;
""" + "".join(_NEVER.format(table="seals", verb=verb, verb_upper=verb.upper()) for verb in ("update", "delete"))
