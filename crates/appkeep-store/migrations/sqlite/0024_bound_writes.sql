-- Writes whose cost doesn't grow with the length of the queue.

-- The number of queued backups, snapshots and restores of each app and account. Triggers keep it exact.
CREATE TABLE queue_lengths (
    owner_id TEXT NOT NULL PRIMARY KEY,
    length INTEGER NOT NULL CHECK (length >= 0)
) STRICT, WITHOUT ROWID;

INSERT INTO queue_lengths
    SELECT owner_id, COUNT(*) FROM (
        SELECT app_id AS owner_id, state, kind FROM jobs UNION ALL SELECT account_id, state, kind FROM jobs
    )
    WHERE owner_id IS NOT NULL AND state = 'queued' AND kind IN ('take_backup', 'take_snapshot', 'restore_app')
    GROUP BY owner_id;

CREATE TRIGGER jobs_queued AFTER INSERT ON jobs
    WHEN NEW.state = 'queued' AND NEW.kind IN ('take_backup', 'take_snapshot', 'restore_app') BEGIN
    INSERT INTO queue_lengths SELECT NEW.app_id, 1 WHERE NEW.app_id IS NOT NULL
        ON CONFLICT (owner_id) DO UPDATE SET length = length + 1;
    INSERT INTO queue_lengths SELECT NEW.account_id, 1 WHERE NEW.account_id IS NOT NULL
        ON CONFLICT (owner_id) DO UPDATE SET length = length + 1;
END;
CREATE TRIGGER jobs_queued_again AFTER UPDATE OF state ON jobs
    WHEN NEW.state = 'queued' AND OLD.state <> 'queued'
    AND NEW.kind IN ('take_backup', 'take_snapshot', 'restore_app') BEGIN
    INSERT INTO queue_lengths SELECT NEW.app_id, 1 WHERE NEW.app_id IS NOT NULL
        ON CONFLICT (owner_id) DO UPDATE SET length = length + 1;
    INSERT INTO queue_lengths SELECT NEW.account_id, 1 WHERE NEW.account_id IS NOT NULL
        ON CONFLICT (owner_id) DO UPDATE SET length = length + 1;
END;
CREATE TRIGGER jobs_left_queue AFTER UPDATE OF state ON jobs
    WHEN OLD.state = 'queued' AND NEW.state <> 'queued'
    AND OLD.kind IN ('take_backup', 'take_snapshot', 'restore_app') BEGIN
    UPDATE queue_lengths SET length = length - 1 WHERE owner_id IN (OLD.app_id, OLD.account_id);
END;
CREATE TRIGGER jobs_deleted_from_queue AFTER DELETE ON jobs
    WHEN OLD.state = 'queued' AND OLD.kind IN ('take_backup', 'take_snapshot', 'restore_app') BEGIN
    UPDATE queue_lengths SET length = length - 1 WHERE owner_id IN (OLD.app_id, OLD.account_id);
END;

DROP INDEX jobs_queued_by_app;
DROP INDEX jobs_queued_by_account;
