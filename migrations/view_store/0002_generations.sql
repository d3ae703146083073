-- Why: every build of a view has its own table, so that a rebuild swaps at once and can be taken back.

-- Numbers of generations rise per view and are never used again.
CREATE TABLE deltamill_views (
  view TEXT PRIMARY KEY,
  last_number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE deltamill_generations (
  view TEXT NOT NULL,
  number INTEGER NOT NULL,
  definition TEXT NOT NULL,             -- hash of the plan and of what shapes the table
  table_name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('building', 'current', 'previous')),
  epoch TEXT NOT NULL,                  -- of the journal it was built from
  created INTEGER NOT NULL,             -- the store's frontier when it was begun
  changed INTEGER NOT NULL,             -- frontier of the last commit that changed a row
  frozen INTEGER,                       -- its own frontier once it no longer follows the store's
  row_count INTEGER NOT NULL DEFAULT 0, -- with multiplicities
  error_rows INTEGER NOT NULL DEFAULT 0, -- rows without a result, with multiplicities
  PRIMARY KEY (view, number)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX deltamill_current ON deltamill_generations (view) WHERE state = 'current';

-- For others that read this file.
CREATE VIEW deltamill_frontier (view, lsn, epoch, generation) AS
SELECT g.view,
       printf('%X/%X', coalesce(g.frozen, s.frontier) >> 32, coalesce(g.frozen, s.frontier) & 4294967295),
       g.epoch,
       g.number
FROM deltamill_generations AS g CROSS JOIN deltamill_store AS s
WHERE g.state = 'current';
