-- The request that queued a job, for log entries.
ALTER TABLE jobs ADD COLUMN correlation UUID;
