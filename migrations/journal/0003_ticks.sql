-- Why: a position is an LSN and a number of ticks at it. `transactions.tick`, which was there, belongs to from_lsn.

ALTER TABLE meta ADD COLUMN oldest_tick INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meta ADD COLUMN frontier_tick INTEGER NOT NULL DEFAULT 0;
ALTER TABLE transactions ADD COLUMN to_tick INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tables ADD COLUMN base_tick INTEGER NOT NULL DEFAULT 0;
ALTER TABLE base_chunks ADD COLUMN frontier_tick INTEGER NOT NULL DEFAULT 0;

-- A tick ends at the LSN at which it begins.
DROP INDEX transactions_by_end;
CREATE UNIQUE INDEX transactions_by_end ON transactions (to_lsn, to_tick) WHERE complete = 1;
