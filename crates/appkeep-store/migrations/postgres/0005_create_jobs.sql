-- The queue, and recently finished jobs.

CREATE TABLE jobs (
    -- The order of queueing. It is never reused.
    seq BIGINT NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    id UUID NOT NULL UNIQUE,
    -- The kind is not checked: a later program may know more kinds, and a job with an unknown one is parked.
    payload_version BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    payload TEXT NOT NULL,
    resource UUID NOT NULL,
    exclusive_key TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'parked')),
    attempt BIGINT NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    fence BIGINT NOT NULL DEFAULT 0 CHECK (fence >= 0),
    lease_owner UUID,
    lease_until_micros BIGINT,
    cancel_requested BOOLEAN NOT NULL DEFAULT FALSE,
    run_after_micros BIGINT NOT NULL,
    reason TEXT,
    -- The order in which jobs finished; those that finished first are deleted first.
    ended_order BIGINT,
    CHECK ((state = 'running') = (lease_owner IS NOT NULL)),
    CHECK ((lease_owner IS NULL) = (lease_until_micros IS NULL)),
    CHECK ((state IN ('done', 'failed', 'cancelled')) = (ended_order IS NOT NULL))
);

CREATE SEQUENCE jobs_ended_order;

-- Two running jobs never share a key. As with other indexes below, the condition on the column lets only statements that
-- look for a key use the index.
CREATE UNIQUE INDEX jobs_running_by_exclusive_key ON jobs (exclusive_key)
    WHERE exclusive_key IS NOT NULL AND state = 'running';

CREATE INDEX jobs_running_by_owner ON jobs (lease_owner) WHERE lease_owner IS NOT NULL;

CREATE INDEX jobs_by_ended_order ON jobs (ended_order) WHERE ended_order IS NOT NULL;
