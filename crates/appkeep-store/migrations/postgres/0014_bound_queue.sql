-- The account and the app of a job: the length of the queue is limited for each.
ALTER TABLE jobs ADD COLUMN account_id UUID;
ALTER TABLE jobs ADD COLUMN app_id UUID;

CREATE INDEX jobs_queued_by_app ON jobs (app_id)
    WHERE app_id IS NOT NULL AND state = 'queued' AND kind IN ('take_backup', 'take_snapshot', 'restore_app');
CREATE INDEX jobs_queued_by_account ON jobs (account_id)
    WHERE account_id IS NOT NULL AND state = 'queued' AND kind IN ('take_backup', 'take_snapshot', 'restore_app');

-- The unfinished jobs.
CREATE INDEX jobs_pending ON jobs (seq) WHERE ended_order IS NULL;

-- Test writes, which are rolled back.
CREATE TABLE trial_writes (
    id BIGINT NOT NULL PRIMARY KEY,
    content BYTEA NOT NULL
);
