-- Why: the rows of the tables as of one frontier, on which the transactions are replayed.

CREATE TABLE tables (
  oid INTEGER PRIMARY KEY,
  schema TEXT NOT NULL,
  name TEXT NOT NULL,
  base INTEGER NOT NULL,                -- frontier of all chunks of the table
  complete INTEGER NOT NULL DEFAULT 0,
  row_count INTEGER NOT NULL DEFAULT 0,
  chunk_count INTEGER NOT NULL DEFAULT 0
) STRICT;

-- `number` is the order of arrival of a snapshot's chunks, and the bucket once folding has sorted them by key.
CREATE TABLE base_chunks (
  table_oid INTEGER NOT NULL REFERENCES tables (oid),
  number INTEGER NOT NULL,
  frontier INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  raw_bytes INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  payload BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX base_chunks_in_order ON base_chunks (table_oid, number);
