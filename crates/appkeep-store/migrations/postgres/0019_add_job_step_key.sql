-- A second exclusive key, which a job holds during a part of its run; null otherwise.
ALTER TABLE jobs ADD COLUMN step_key TEXT COLLATE "C" CHECK (step_key IS NULL OR state = 'running');

CREATE UNIQUE INDEX jobs_by_step_key ON jobs (step_key) WHERE step_key IS NOT NULL;
