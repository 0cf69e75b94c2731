CREATE TABLE app_backups (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    account_id TEXT NOT NULL,
    app_id TEXT NOT NULL,
    name TEXT NOT NULL,
    bucket_id TEXT NOT NULL,
    -- No reference: a temporary snapshot is gone when its backup is done.
    snapshot_id TEXT CHECK (length(snapshot_id) = 36),
    schedule_id TEXT CHECK (length(schedule_id) = 36),
    state TEXT NOT NULL CHECK (state IN (
        'pending', 'discovering', 'running', 'completed', 'failed', 'removed', 'unknown'
    )),
    state_unready TEXT NOT NULL,
    hook_state TEXT CHECK (hook_state IN ('failed', 'success')),
    hook_state_details TEXT NOT NULL,
    taken_micros INTEGER,
    total_bytes INTEGER CHECK (total_bytes >= 0),
    bytes_done INTEGER CHECK (bytes_done >= 0),
    percent_done INTEGER CHECK (percent_done BETWEEN 0 AND 100),
    labels TEXT NOT NULL,
    created_micros INTEGER NOT NULL,
    modified_micros INTEGER NOT NULL,
    created_by TEXT NOT NULL CHECK (length(created_by) = 36),
    modified_by TEXT CHECK (length(modified_by) = 36),
    generation INTEGER NOT NULL CHECK (generation >= 0),
    UNIQUE (app_id, name),
    -- With the account, so that no backup can be filed under a stranger's app or bucket.
    FOREIGN KEY (account_id, app_id) REFERENCES apps (account_id, id),
    FOREIGN KEY (account_id, bucket_id) REFERENCES buckets (account_id, id)
) STRICT;

-- The two lists, in their order.
CREATE INDEX app_backups_by_account ON app_backups (account_id, created_micros, id);
CREATE INDEX app_backups_by_app ON app_backups (account_id, app_id, created_micros, id);

CREATE INDEX app_backups_by_snapshot ON app_backups (snapshot_id) WHERE snapshot_id IS NOT NULL;
