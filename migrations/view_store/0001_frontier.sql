-- Why: the position of the store, moved in the same transaction as the rows, and who may move it.

CREATE TABLE deltamill_store (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch TEXT NOT NULL,                  -- of the journal whose positions these are
  instance TEXT NOT NULL,               -- of the process that writes; another one's commits are refused
  frontier INTEGER NOT NULL DEFAULT 0,  -- exclusive; 0 = nothing yet
  tick INTEGER NOT NULL DEFAULT 0       -- ticks applied; 0 until time-dependent views exist
) STRICT;
