-- Why: the durable copy of the change log, whose end is what may be confirmed to PostgreSQL.
-- LSNs are kept as integers; frontiers are exclusive.

CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch TEXT NOT NULL,         -- random, of this history
  system_id TEXT,              -- NULL until the first snapshot
  timeline INTEGER,
  database_oid INTEGER,
  slot TEXT,
  oldest INTEGER NOT NULL,     -- no transaction below it is here: where the history begins, or what folding left
  frontier INTEGER NOT NULL    -- everything below it is here; past the last row by keepalives
) STRICT;

-- Runs of the change log in commit order. A large transaction is several rows: pieces with complete = 0 and
-- to_lsn = from_lsn, then the last one. Pieces without a last one are nobody's and go at the next start.
CREATE TABLE transactions (
  sequence INTEGER PRIMARY KEY,
  from_lsn INTEGER NOT NULL,
  to_lsn INTEGER NOT NULL,
  complete INTEGER NOT NULL,
  transaction_count INTEGER NOT NULL,
  change_count INTEGER NOT NULL,
  oldest_commit_time INTEGER NOT NULL,  -- microseconds since 2000-01-01 UTC, 0 = none
  tick INTEGER NOT NULL DEFAULT 0,      -- ticks that apply before these transactions
  raw_bytes INTEGER NOT NULL,
  checksum INTEGER NOT NULL,            -- XXH3 of the stored payload, seeded with the position
  payload BLOB NOT NULL                 -- zstd of what payload.h describes
) STRICT;

CREATE UNIQUE INDEX transactions_by_end ON transactions (to_lsn) WHERE complete = 1;
