-- Schedules and their next runs. As in the catalog, rows are never deleted, because backups and snapshots refer to the
-- schedules that created them.

CREATE TABLE schedules (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL,
    app_id UUID NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    expression TEXT NOT NULL,
    zone TEXT NOT NULL,
    jitter_secs BIGINT NOT NULL CHECK (jitter_secs >= 0),
    makes_backup BOOLEAN NOT NULL,
    makes_snapshot BOOLEAN NOT NULL,
    bucket_id UUID,
    retention TEXT NOT NULL,
    declared BOOLEAN NOT NULL,
    -- The next run, and the time at which it was decided. Every change is a compare-and-set on both.
    next_due_micros BIGINT,
    next_decided_micros BIGINT,
    CHECK ((next_due_micros IS NULL) = (next_decided_micros IS NULL)),
    FOREIGN KEY (account_id, app_id) REFERENCES apps (account_id, id),
    FOREIGN KEY (account_id, bucket_id) REFERENCES buckets (account_id, id)
);

CREATE UNIQUE INDEX schedules_by_name ON schedules (app_id, name) WHERE declared;

CREATE INDEX app_backups_by_schedule ON app_backups (schedule_id, seq) WHERE schedule_id IS NOT NULL;
CREATE INDEX app_snaps_by_schedule ON app_snaps (schedule_id, seq) WHERE schedule_id IS NOT NULL;
