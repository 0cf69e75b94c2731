-- How many backups of a bucket may run at once. The configuration says so whenever a server starts.
ALTER TABLE buckets ADD COLUMN backups_max INTEGER NOT NULL DEFAULT 2 CHECK (backups_max > 0);

-- The bucket of the backup that a job takes. Kept here because the backup may be deleted while the job runs.
ALTER TABLE jobs ADD COLUMN bucket_id TEXT CHECK (length(bucket_id) = 36);
UPDATE jobs SET bucket_id = (SELECT bucket_id FROM app_backups WHERE app_backups.id = jobs.resource)
    WHERE kind = 'take_backup';

-- What a parked job's program did not know. One that does takes the job; a broken payload nobody does.
ALTER TABLE jobs ADD COLUMN park_cause TEXT CHECK (park_cause IN ('version', 'kind', 'payload'));
UPDATE jobs SET park_cause = 'kind' WHERE state = 'parked';

-- When a job ended. The order in which jobs did is another column: clocks jump.
ALTER TABLE jobs ADD COLUMN ended_micros INTEGER;

-- What isn't a backup goes first. Each claim walks one of these in order and stops at the first job that
-- may run.
DROP INDEX jobs_claimable;
CREATE INDEX jobs_claimable_backups ON jobs (run_after_micros, seq)
    WHERE state IN ('queued', 'running') AND kind = 'take_backup';
CREATE INDEX jobs_claimable_others ON jobs (run_after_micros, seq)
    WHERE state IN ('queued', 'running') AND kind <> 'take_backup';

CREATE INDEX jobs_running_by_bucket ON jobs (bucket_id) WHERE state = 'running' AND bucket_id IS NOT NULL;
CREATE INDEX jobs_parked ON jobs (kind) WHERE state = 'parked';

-- Who deletes a resource cancels what runs, and what waits for its next attempt.
DROP INDEX jobs_running_by_resource;
CREATE INDEX jobs_by_resource ON jobs (resource) WHERE state IN ('queued', 'running');
