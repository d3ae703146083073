-- Why: a position is an LSN and a number of ticks at it, also those of generations. deltamill_frontier goes on to
-- show the LSN: everything below it is there.

ALTER TABLE deltamill_generations ADD COLUMN created_tick INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deltamill_generations ADD COLUMN changed_tick INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deltamill_generations ADD COLUMN frozen_tick INTEGER;  -- NULL with frozen
UPDATE deltamill_generations SET frozen_tick = 0 WHERE frozen IS NOT NULL;
