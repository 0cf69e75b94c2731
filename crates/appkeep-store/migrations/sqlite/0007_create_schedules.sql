-- What runs by itself, and when. Like the catalog: nothing here is ever deleted, because backups and
-- snapshots still name the schedule that made them.

CREATE TABLE schedules (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    account_id TEXT NOT NULL,
    app_id TEXT NOT NULL,
    name TEXT NOT NULL,
    expression TEXT NOT NULL,
    zone TEXT NOT NULL,
    jitter_secs INTEGER NOT NULL CHECK (jitter_secs >= 0),
    makes_backup INTEGER NOT NULL CHECK (makes_backup IN (0, 1)),
    makes_snapshot INTEGER NOT NULL CHECK (makes_snapshot IN (0, 1)),
    bucket_id TEXT,
    retention TEXT NOT NULL,
    declared INTEGER NOT NULL CHECK (declared IN (0, 1)),
    -- The next run, which every change is a compare-and-set on, and when it was decided.
    next_due_micros INTEGER,
    next_decided_micros INTEGER,
    CHECK ((next_due_micros IS NULL) = (next_decided_micros IS NULL)),
    FOREIGN KEY (account_id, app_id) REFERENCES apps (account_id, id),
    FOREIGN KEY (account_id, bucket_id) REFERENCES buckets (account_id, id)
) STRICT;

CREATE UNIQUE INDEX schedules_by_name ON schedules (app_id, name) WHERE declared;

CREATE INDEX app_backups_by_schedule ON app_backups (schedule_id) WHERE schedule_id IS NOT NULL;
CREATE INDEX app_snaps_by_schedule ON app_snaps (schedule_id) WHERE schedule_id IS NOT NULL;
