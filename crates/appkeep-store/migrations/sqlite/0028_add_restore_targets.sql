-- Restores to directories, with their progress. Restores in place have no target.
ALTER TABLE app_restores ADD COLUMN source_app_id TEXT;
ALTER TABLE app_restores ADD COLUMN target TEXT;
ALTER TABLE app_restores ADD COLUMN include TEXT;
ALTER TABLE app_restores ADD COLUMN total_bytes INTEGER;
ALTER TABLE app_restores ADD COLUMN bytes_done INTEGER;

-- Restores to directories count as queued jobs, too.
DROP TRIGGER jobs_queued;
DROP TRIGGER jobs_queued_again;
DROP TRIGGER jobs_left_queue;
DROP TRIGGER jobs_deleted_from_queue;
CREATE TRIGGER jobs_queued AFTER INSERT ON jobs
    WHEN NEW.state = 'queued' AND NEW.kind IN ('take_backup', 'take_snapshot', 'restore_app', 'restore_directory') BEGIN
    INSERT INTO queue_lengths SELECT NEW.app_id, 1 WHERE NEW.app_id IS NOT NULL
        ON CONFLICT (owner_id) DO UPDATE SET length = length + 1;
    INSERT INTO queue_lengths SELECT NEW.account_id, 1 WHERE NEW.account_id IS NOT NULL
        ON CONFLICT (owner_id) DO UPDATE SET length = length + 1;
END;
CREATE TRIGGER jobs_queued_again AFTER UPDATE OF state ON jobs
    WHEN NEW.state = 'queued' AND OLD.state <> 'queued'
    AND NEW.kind IN ('take_backup', 'take_snapshot', 'restore_app', 'restore_directory') BEGIN
    INSERT INTO queue_lengths SELECT NEW.app_id, 1 WHERE NEW.app_id IS NOT NULL
        ON CONFLICT (owner_id) DO UPDATE SET length = length + 1;
    INSERT INTO queue_lengths SELECT NEW.account_id, 1 WHERE NEW.account_id IS NOT NULL
        ON CONFLICT (owner_id) DO UPDATE SET length = length + 1;
END;
CREATE TRIGGER jobs_left_queue AFTER UPDATE OF state ON jobs
    WHEN OLD.state = 'queued' AND NEW.state <> 'queued'
    AND OLD.kind IN ('take_backup', 'take_snapshot', 'restore_app', 'restore_directory') BEGIN
    UPDATE queue_lengths SET length = length - 1 WHERE owner_id IN (OLD.app_id, OLD.account_id);
END;
CREATE TRIGGER jobs_deleted_from_queue AFTER DELETE ON jobs
    WHEN OLD.state = 'queued' AND OLD.kind IN ('take_backup', 'take_snapshot', 'restore_app', 'restore_directory') BEGIN
    UPDATE queue_lengths SET length = length - 1 WHERE owner_id IN (OLD.app_id, OLD.account_id);
END;
