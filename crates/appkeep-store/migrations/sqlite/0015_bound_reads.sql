-- What is read often must not cost more the more there is.

-- Reconcile passes read these columns of finished resources, and nothing else.
CREATE INDEX app_backups_finished ON app_backups (app_id, id, bucket_id, state, generation)
    WHERE state IN ('completed', 'removed', 'unknown');
CREATE INDEX app_snaps_finished ON app_snaps (app_id, id, state, generation)
    WHERE state IN ('completed', 'removed', 'unknown');

-- Resources in progress; few at any time.
CREATE INDEX app_backups_in_progress ON app_backups (schedule_id)
    WHERE state IN ('pending', 'discovering', 'running');
CREATE INDEX app_snaps_in_progress ON app_snaps (schedule_id)
    WHERE state IN ('pending', 'discovering', 'running');

-- The list of an account's apps, in its order.
CREATE INDEX apps_by_account ON apps (account_id, created_micros, id);

-- How often anything in an account's lists has changed: whoever has read a page and finds the same version has
-- read that page.
ALTER TABLE accounts ADD COLUMN version INTEGER NOT NULL DEFAULT 0;

-- How many resources and jobs there are, by state. Triggers keep them exact.
CREATE TABLE resource_counts (
    kind TEXT NOT NULL CHECK (kind IN ('app_backup', 'app_snap')),
    state TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count >= 0),
    bytes INTEGER NOT NULL,
    PRIMARY KEY (kind, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_counts (
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (kind, state)
) STRICT, WITHOUT ROWID;

INSERT INTO resource_counts
    SELECT 'app_backup', state, COUNT(*), COALESCE(SUM(bytes_done), 0) FROM app_backups GROUP BY state;
INSERT INTO resource_counts SELECT 'app_snap', state, COUNT(*), 0 FROM app_snaps GROUP BY state;
INSERT INTO job_counts SELECT kind, state, COUNT(*) FROM jobs GROUP BY kind, state;

CREATE TRIGGER app_backups_inserted AFTER INSERT ON app_backups BEGIN
    UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
    INSERT INTO resource_counts VALUES ('app_backup', NEW.state, 1, COALESCE(NEW.bytes_done, 0))
        ON CONFLICT (kind, state) DO UPDATE SET count = count + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER app_backups_deleted AFTER DELETE ON app_backups BEGIN
    UPDATE accounts SET version = version + 1 WHERE id = OLD.account_id;
    UPDATE resource_counts SET count = count - 1, bytes = bytes - COALESCE(OLD.bytes_done, 0)
        WHERE kind = 'app_backup' AND state = OLD.state;
END;
CREATE TRIGGER app_backups_updated AFTER UPDATE ON app_backups BEGIN
    UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
    UPDATE resource_counts SET count = count - 1, bytes = bytes - COALESCE(OLD.bytes_done, 0)
        WHERE kind = 'app_backup' AND state = OLD.state;
    INSERT INTO resource_counts VALUES ('app_backup', NEW.state, 1, COALESCE(NEW.bytes_done, 0))
        ON CONFLICT (kind, state) DO UPDATE SET count = count + 1, bytes = bytes + excluded.bytes;
END;

CREATE TRIGGER app_snaps_inserted AFTER INSERT ON app_snaps BEGIN
    UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
    INSERT INTO resource_counts VALUES ('app_snap', NEW.state, 1, 0)
        ON CONFLICT (kind, state) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER app_snaps_deleted AFTER DELETE ON app_snaps BEGIN
    UPDATE accounts SET version = version + 1 WHERE id = OLD.account_id;
    UPDATE resource_counts SET count = count - 1 WHERE kind = 'app_snap' AND state = OLD.state;
END;
CREATE TRIGGER app_snaps_updated AFTER UPDATE ON app_snaps BEGIN
    UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
    UPDATE resource_counts SET count = count - 1 WHERE kind = 'app_snap' AND state = OLD.state;
    INSERT INTO resource_counts VALUES ('app_snap', NEW.state, 1, 0)
        ON CONFLICT (kind, state) DO UPDATE SET count = count + 1;
END;

-- Restores count as changes of their app.
CREATE TRIGGER apps_inserted AFTER INSERT ON apps BEGIN
    UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
END;
CREATE TRIGGER apps_updated AFTER UPDATE ON apps BEGIN
    UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
END;
CREATE TRIGGER accounts_renamed AFTER UPDATE OF name ON accounts BEGIN
    UPDATE accounts SET version = version + 1 WHERE id = NEW.id;
END;

CREATE TRIGGER jobs_inserted AFTER INSERT ON jobs BEGIN
    INSERT INTO job_counts VALUES (NEW.kind, NEW.state, 1)
        ON CONFLICT (kind, state) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER jobs_deleted AFTER DELETE ON jobs BEGIN
    UPDATE job_counts SET count = count - 1 WHERE kind = OLD.kind AND state = OLD.state;
END;
CREATE TRIGGER jobs_moved AFTER UPDATE OF kind, state ON jobs WHEN OLD.state <> NEW.state OR OLD.kind <> NEW.kind BEGIN
    UPDATE job_counts SET count = count - 1 WHERE kind = OLD.kind AND state = OLD.state;
    INSERT INTO job_counts VALUES (NEW.kind, NEW.state, 1)
        ON CONFLICT (kind, state) DO UPDATE SET count = count + 1;
END;
