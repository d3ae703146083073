-- Why: after a start rows are as old as the moment at which they were last known to be complete, not as the process.

ALTER TABLE deltamill_store ADD COLUMN complete_at INTEGER NOT NULL DEFAULT 0;  -- us since 2000-01-01 UTC; 0 = unknown
