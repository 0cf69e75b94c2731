-- The queue, and its recent past.

CREATE TABLE jobs (
    -- The order of queueing. It is never reused.
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
    -- The kind is not checked: a later program may know more kinds, and a job with an unknown one is parked.
    payload_version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    resource TEXT NOT NULL CHECK (length(resource) = 36),
    exclusive_key TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'parked')),
    attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    fence INTEGER NOT NULL DEFAULT 0 CHECK (fence >= 0),
    lease_owner TEXT CHECK (length(lease_owner) = 36),
    lease_until_micros INTEGER,
    cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
    run_after_micros INTEGER NOT NULL,
    reason TEXT,
    -- The order in which jobs ended, by which the oldest are forgotten.
    ended_order INTEGER,
    CHECK ((state = 'running') = (lease_owner IS NOT NULL)),
    CHECK ((lease_owner IS NULL) = (lease_until_micros IS NULL)),
    CHECK ((state IN ('done', 'failed', 'cancelled')) = (ended_order IS NOT NULL))
) STRICT;

-- A claim walks this in order and stops at the first job that may run.
CREATE INDEX jobs_claimable ON jobs (run_after_micros, seq) WHERE state IN ('queued', 'running');

-- The last word on exclusion: whatever a claim believes, two running jobs can't share a key.
CREATE UNIQUE INDEX jobs_running_by_exclusive_key ON jobs (exclusive_key) WHERE state = 'running';

CREATE INDEX jobs_running_by_resource ON jobs (resource) WHERE state = 'running';
CREATE INDEX jobs_by_ended_order ON jobs (ended_order) WHERE ended_order IS NOT NULL;
