-- Reads whose cost doesn't grow with the number of rows.

-- Reconcile passes read these columns of finished resources, and nothing else.
CREATE INDEX app_backups_finished ON app_backups (app_id, id) INCLUDE (bucket_id, state, generation)
    WHERE state IN ('completed', 'removed', 'unknown');
CREATE INDEX app_snaps_finished ON app_snaps (app_id, id) INCLUDE (state, generation)
    WHERE state IN ('completed', 'removed', 'unknown');

-- Resources in progress; few at any time.
CREATE INDEX app_backups_in_progress ON app_backups (schedule_id)
    WHERE schedule_id IS NOT NULL AND state IN ('pending', 'discovering', 'running');
CREATE INDEX app_snaps_in_progress ON app_snaps (schedule_id)
    WHERE schedule_id IS NOT NULL AND state IN ('pending', 'discovering', 'running');

-- The list of an account's apps, in its order.
CREATE INDEX apps_by_account ON apps (account_id, created_micros, id);

-- The number of changes of an account's lists, and the numbers of resources and jobs by state, are sums. Each change
-- adds rows, so that concurrent transactions never update the same row, and the store replaces many rows by their sum
-- from time to time.
ALTER TABLE accounts ADD COLUMN version BIGINT NOT NULL DEFAULT 0;

-- Changes that are not yet part of an account's version.
CREATE TABLE account_changes (
    account_id UUID NOT NULL,
    changes BIGINT NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX account_changes_by_account ON account_changes (account_id) INCLUDE (changes);

CREATE TABLE resource_counts (
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('app_backup', 'app_snap')),
    state TEXT COLLATE "C" NOT NULL,
    count BIGINT NOT NULL,
    bytes BIGINT NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE TABLE job_counts (
    kind TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    count BIGINT NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE FUNCTION count_app_backup() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_changes VALUES (COALESCE(NEW.account_id, OLD.account_id), 1);
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO resource_counts VALUES ('app_backup', OLD.state, -1, -COALESCE(OLD.bytes_done, 0));
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO resource_counts VALUES ('app_backup', NEW.state, 1, COALESCE(NEW.bytes_done, 0));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER app_backups_changed AFTER INSERT OR UPDATE OR DELETE ON app_backups
    FOR EACH ROW EXECUTE FUNCTION count_app_backup();

CREATE FUNCTION count_app_snap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_changes VALUES (COALESCE(NEW.account_id, OLD.account_id), 1);
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO resource_counts VALUES ('app_snap', OLD.state, -1, 0);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO resource_counts VALUES ('app_snap', NEW.state, 1, 0);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER app_snaps_changed AFTER INSERT OR UPDATE OR DELETE ON app_snaps
    FOR EACH ROW EXECUTE FUNCTION count_app_snap();

-- Restores count as changes of their app.
CREATE FUNCTION count_app() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_changes VALUES (NEW.account_id, 1);
    RETURN NULL;
END $$;
CREATE TRIGGER apps_changed AFTER INSERT OR UPDATE ON apps FOR EACH ROW EXECUTE FUNCTION count_app();

CREATE FUNCTION count_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_changes VALUES (NEW.id, 1);
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_renamed AFTER UPDATE OF name ON accounts FOR EACH ROW EXECUTE FUNCTION count_account();

CREATE FUNCTION count_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO job_counts VALUES (OLD.kind, OLD.state, -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO job_counts VALUES (NEW.kind, NEW.state, 1);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER jobs_inserted_or_deleted AFTER INSERT OR DELETE ON jobs FOR EACH ROW EXECUTE FUNCTION count_job();
CREATE TRIGGER jobs_moved AFTER UPDATE OF kind, state ON jobs FOR EACH ROW
    WHEN (OLD.state <> NEW.state OR OLD.kind <> NEW.kind) EXECUTE FUNCTION count_job();
