-- Whose work a job is: the queue is bounded by app and account.
ALTER TABLE jobs ADD COLUMN account_id TEXT;
ALTER TABLE jobs ADD COLUMN app_id TEXT;
UPDATE jobs SET account_id = json_extract(payload, '$.account_id'), app_id = json_extract(payload, '$.app_id')
    WHERE json_valid(payload);

CREATE INDEX jobs_queued_by_app ON jobs (app_id, kind, state)
    WHERE state = 'queued' AND kind IN ('take_backup', 'take_snapshot', 'restore_app');
CREATE INDEX jobs_queued_by_account ON jobs (account_id, kind, state)
    WHERE state = 'queued' AND kind IN ('take_backup', 'take_snapshot', 'restore_app');
CREATE INDEX jobs_pending ON jobs (seq) WHERE state IN ('queued', 'running', 'parked');

-- What a trial write changes before it is rolled back.
CREATE TABLE trial_writes (
    id INTEGER PRIMARY KEY,
    content BLOB NOT NULL
);
