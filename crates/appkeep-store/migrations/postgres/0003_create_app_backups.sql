CREATE TABLE app_backups (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL,
    app_id UUID NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    bucket_id UUID NOT NULL,
    -- No reference: a temporary snapshot is deleted when its backup ends.
    snapshot_id UUID,
    schedule_id UUID,
    state TEXT NOT NULL CHECK (state IN (
        'pending', 'discovering', 'running', 'completed', 'failed', 'removed', 'unknown'
    )),
    state_unready TEXT NOT NULL,
    hook_state TEXT CHECK (hook_state IN ('failed', 'success')),
    hook_state_details TEXT NOT NULL,
    taken_micros BIGINT,
    total_bytes BIGINT CHECK (total_bytes >= 0),
    bytes_done BIGINT CHECK (bytes_done >= 0),
    percent_done BIGINT CHECK (percent_done BETWEEN 0 AND 100),
    labels TEXT NOT NULL,
    created_micros BIGINT NOT NULL,
    modified_micros BIGINT NOT NULL,
    created_by UUID NOT NULL,
    modified_by UUID,
    generation BIGINT NOT NULL CHECK (generation >= 0),
    -- The order of insertion.
    seq BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    UNIQUE (app_id, name),
    -- With the account, so that apps and buckets of other accounts are refused.
    FOREIGN KEY (account_id, app_id) REFERENCES apps (account_id, id),
    FOREIGN KEY (account_id, bucket_id) REFERENCES buckets (account_id, id)
);

-- The two lists, in their order.
CREATE INDEX app_backups_by_account ON app_backups (account_id, created_micros, id);
CREATE INDEX app_backups_by_app ON app_backups (account_id, app_id, created_micros, id);

CREATE INDEX app_backups_by_snapshot ON app_backups (snapshot_id) WHERE snapshot_id IS NOT NULL;
