-- The results of backups, for monitoring.

-- When the first run of a backup began, and the number of bytes that it added to its repository; null if unknown.
ALTER TABLE app_backups ADD COLUMN started_micros INTEGER;
ALTER TABLE app_backups ADD COLUMN added_bytes INTEGER CHECK (added_bytes >= 0);

-- The backups of an app in a bucket that a schedule created, or clients. Triggers keep it exact. Nothing here is ever
-- deleted or decreases: deleting backups changes nothing.
CREATE TABLE backup_results (
    app_id TEXT NOT NULL CHECK (length(app_id) = 36),
    bucket_id TEXT NOT NULL CHECK (length(bucket_id) = 36),
    -- The nil UUID for backups that no schedule created.
    schedule_id TEXT NOT NULL CHECK (length(schedule_id) = 36),
    successes INTEGER NOT NULL CHECK (successes >= 0),
    failures INTEGER NOT NULL CHECK (failures >= 0),
    -- The sums of completed backups.
    read_bytes INTEGER NOT NULL CHECK (read_bytes >= 0),
    added_bytes INTEGER NOT NULL CHECK (added_bytes >= 0),
    -- When the backup started that started last.
    last_attempt_micros INTEGER,
    -- The backups that completed and failed last; null if there is none.
    last_success_micros INTEGER,
    last_failure_micros INTEGER,
    -- Of the backup that completed last.
    last_duration_micros INTEGER,
    last_read_bytes INTEGER,
    last_added_bytes INTEGER,
    PRIMARY KEY (app_id, bucket_id, schedule_id)
) STRICT, WITHOUT ROWID;

INSERT INTO backup_results (
    app_id, bucket_id, schedule_id, successes, failures, read_bytes, added_bytes, last_attempt_micros,
    last_success_micros, last_failure_micros
) SELECT
    app_id, bucket_id, COALESCE(schedule_id, '00000000-0000-0000-0000-000000000000'),
    COUNT(CASE WHEN state <> 'failed' THEN 1 END), COUNT(CASE WHEN state = 'failed' THEN 1 END),
    COALESCE(SUM(CASE WHEN state <> 'failed' THEN bytes_done END), 0), 0, MAX(created_micros),
    MAX(CASE WHEN state = 'completed' THEN taken_micros END), MAX(CASE WHEN state = 'failed' THEN modified_micros END)
FROM app_backups WHERE state IN ('completed', 'removed', 'unknown', 'failed')
GROUP BY app_id, bucket_id, COALESCE(schedule_id, '00000000-0000-0000-0000-000000000000');

CREATE TRIGGER app_backups_started AFTER UPDATE OF state ON app_backups
    WHEN OLD.state = 'pending' AND NEW.state IN ('discovering', 'running') BEGIN
    INSERT INTO backup_results (
        app_id, bucket_id, schedule_id, successes, failures, read_bytes, added_bytes, last_attempt_micros
    ) VALUES (
        NEW.app_id, NEW.bucket_id, COALESCE(NEW.schedule_id, '00000000-0000-0000-0000-000000000000'), 0, 0, 0, 0,
        COALESCE(NEW.started_micros, NEW.modified_micros)
    ) ON CONFLICT (app_id, bucket_id, schedule_id) DO UPDATE SET last_attempt_micros = excluded.last_attempt_micros;
END;
CREATE TRIGGER app_backups_completed AFTER UPDATE OF state ON app_backups
    WHEN OLD.state IN ('pending', 'discovering', 'running') AND NEW.state = 'completed' BEGIN
    INSERT INTO backup_results (
        app_id, bucket_id, schedule_id, successes, failures, read_bytes, added_bytes, last_attempt_micros,
        last_success_micros, last_duration_micros, last_read_bytes, last_added_bytes
    ) VALUES (
        NEW.app_id, NEW.bucket_id, COALESCE(NEW.schedule_id, '00000000-0000-0000-0000-000000000000'), 1, 0, COALESCE(NEW.bytes_done, 0),
        COALESCE(NEW.added_bytes, 0), COALESCE(NEW.started_micros, NEW.modified_micros), NEW.modified_micros,
        NEW.modified_micros - COALESCE(NEW.started_micros, NEW.created_micros), NEW.bytes_done, NEW.added_bytes
    ) ON CONFLICT (app_id, bucket_id, schedule_id) DO UPDATE SET
        successes = backup_results.successes + 1,
        read_bytes = backup_results.read_bytes + excluded.read_bytes,
        added_bytes = backup_results.added_bytes + excluded.added_bytes,
        last_success_micros = excluded.last_success_micros,
        last_duration_micros = excluded.last_duration_micros,
        last_read_bytes = excluded.last_read_bytes,
        last_added_bytes = excluded.last_added_bytes;
END;
CREATE TRIGGER app_backups_failed AFTER UPDATE OF state ON app_backups
    WHEN OLD.state IN ('pending', 'discovering', 'running') AND NEW.state = 'failed' BEGIN
    INSERT INTO backup_results (
        app_id, bucket_id, schedule_id, successes, failures, read_bytes, added_bytes, last_attempt_micros,
        last_failure_micros
    ) VALUES (
        NEW.app_id, NEW.bucket_id, COALESCE(NEW.schedule_id, '00000000-0000-0000-0000-000000000000'), 0, 1, 0, 0,
        COALESCE(NEW.started_micros, NEW.modified_micros), NEW.modified_micros
    ) ON CONFLICT (app_id, bucket_id, schedule_id) DO UPDATE SET
        failures = backup_results.failures + 1,
        last_attempt_micros = COALESCE(backup_results.last_attempt_micros, excluded.last_attempt_micros),
        last_failure_micros = excluded.last_failure_micros;
END;
-- Imported backups count as successes of their time, in no particular order.
CREATE TRIGGER app_backups_imported AFTER INSERT ON app_backups WHEN NEW.state = 'completed' BEGIN
    INSERT INTO backup_results (
        app_id, bucket_id, schedule_id, successes, failures, read_bytes, added_bytes, last_success_micros
    ) VALUES (
        NEW.app_id, NEW.bucket_id, COALESCE(NEW.schedule_id, '00000000-0000-0000-0000-000000000000'), 0, 0, 0, 0, NEW.modified_micros
    ) ON CONFLICT (app_id, bucket_id, schedule_id) DO UPDATE SET
        last_success_micros =
            MAX(COALESCE(backup_results.last_success_micros, 0), excluded.last_success_micros);
END;
