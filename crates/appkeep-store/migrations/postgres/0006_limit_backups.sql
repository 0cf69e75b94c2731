-- The maximum number of concurrent backups into a bucket. Each start of a server declares it.
ALTER TABLE buckets ADD COLUMN backups_max BIGINT NOT NULL DEFAULT 2 CHECK (backups_max > 0);

-- The bucket of the backup that a job creates. It is stored here because the backup may be deleted while the job runs.
ALTER TABLE jobs ADD COLUMN bucket_id UUID;

-- The reason that a job is parked. Later programs claim jobs that are parked because of their version or kind.
ALTER TABLE jobs ADD COLUMN park_cause TEXT CHECK (park_cause IN ('version', 'kind', 'payload'));

-- The time at which a job finished. The order is another column, because clocks may be wrong.
ALTER TABLE jobs ADD COLUMN ended_micros BIGINT;

-- A claim reads one of these in order, up to the first job that may run.
CREATE INDEX jobs_claimable_backups ON jobs (run_after_micros, seq)
    WHERE state IN ('queued', 'running') AND kind = 'take_backup';
CREATE INDEX jobs_claimable_others ON jobs (run_after_micros, seq)
    WHERE state IN ('queued', 'running') AND kind <> 'take_backup';

CREATE INDEX jobs_running_by_bucket ON jobs (bucket_id) WHERE state = 'running' AND bucket_id IS NOT NULL;
CREATE INDEX jobs_parked ON jobs (kind) WHERE state = 'parked';

-- Deleting a resource cancels its running jobs and those that wait for their next attempt.
CREATE INDEX jobs_by_resource ON jobs (resource) WHERE resource IS NOT NULL AND state IN ('queued', 'running');
