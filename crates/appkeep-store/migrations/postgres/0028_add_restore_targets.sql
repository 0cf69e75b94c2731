-- Restores to directories, with their progress. Restores in place have no target.
ALTER TABLE app_restores ADD COLUMN source_app_id UUID;
ALTER TABLE app_restores ADD COLUMN target TEXT;
ALTER TABLE app_restores ADD COLUMN include TEXT;
ALTER TABLE app_restores ADD COLUMN total_bytes BIGINT;
ALTER TABLE app_restores ADD COLUMN bytes_done BIGINT;

-- Restores to directories count as queued jobs, too.
CREATE OR REPLACE FUNCTION count_queued_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state = 'queued' THEN
        INSERT INTO queue_lengths SELECT owner_id, -1 FROM unnest(ARRAY[OLD.app_id, OLD.account_id]) AS owner_id
            WHERE owner_id IS NOT NULL AND OLD.kind IN ('take_backup', 'take_snapshot', 'restore_app', 'restore_directory');
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.state = 'queued' THEN
        INSERT INTO queue_lengths SELECT owner_id, 1 FROM unnest(ARRAY[NEW.app_id, NEW.account_id]) AS owner_id
            WHERE owner_id IS NOT NULL AND NEW.kind IN ('take_backup', 'take_snapshot', 'restore_app', 'restore_directory');
    END IF;
    RETURN NULL;
END $$;
