-- Writes whose cost doesn't grow with the length of the queue.

-- The number of queued backups, snapshots and restores of each app and account is the sum of these rows. Each change adds
-- rows, as in the other counts.
CREATE TABLE queue_lengths (
    owner_id UUID NOT NULL,
    length BIGINT NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX queue_lengths_by_owner ON queue_lengths (owner_id) INCLUDE (length);

INSERT INTO queue_lengths
    SELECT owner_id, COUNT(*) FROM jobs, unnest(ARRAY[app_id, account_id]) AS owner_id
    WHERE owner_id IS NOT NULL AND state = 'queued' AND kind IN ('take_backup', 'take_snapshot', 'restore_app')
    GROUP BY owner_id;

CREATE FUNCTION count_queued_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state = 'queued' THEN
        INSERT INTO queue_lengths SELECT owner_id, -1 FROM unnest(ARRAY[OLD.app_id, OLD.account_id]) AS owner_id
            WHERE owner_id IS NOT NULL AND OLD.kind IN ('take_backup', 'take_snapshot', 'restore_app');
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.state = 'queued' THEN
        INSERT INTO queue_lengths SELECT owner_id, 1 FROM unnest(ARRAY[NEW.app_id, NEW.account_id]) AS owner_id
            WHERE owner_id IS NOT NULL AND NEW.kind IN ('take_backup', 'take_snapshot', 'restore_app');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER jobs_counted_in_queue AFTER INSERT OR DELETE ON jobs FOR EACH ROW EXECUTE FUNCTION count_queued_job();
CREATE TRIGGER jobs_moved_in_queue AFTER UPDATE OF state ON jobs FOR EACH ROW
    WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION count_queued_job();

DROP INDEX jobs_queued_by_app;
DROP INDEX jobs_queued_by_account;

-- All rows of the queue change several times. By default, a vacuum would wait until a fifth of a table has changed.
ALTER TABLE jobs SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000,
    autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE app_backups SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE app_snaps SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
