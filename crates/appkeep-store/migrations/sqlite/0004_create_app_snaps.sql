CREATE TABLE app_snaps (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    account_id TEXT NOT NULL,
    app_id TEXT NOT NULL,
    name TEXT NOT NULL,
    schedule_id TEXT CHECK (length(schedule_id) = 36),
    state TEXT NOT NULL CHECK (state IN (
        'pending', 'discovering', 'running', 'completed', 'failed', 'removed', 'unknown'
    )),
    state_unready TEXT NOT NULL,
    hook_state TEXT CHECK (hook_state IN ('failed', 'success')),
    hook_state_details TEXT NOT NULL,
    taken_micros INTEGER,
    -- No reference: the backup may be gone before its snapshot is.
    made_for TEXT CHECK (length(made_for) = 36),
    labels TEXT NOT NULL,
    created_micros INTEGER NOT NULL,
    modified_micros INTEGER NOT NULL,
    created_by TEXT NOT NULL CHECK (length(created_by) = 36),
    modified_by TEXT CHECK (length(modified_by) = 36),
    generation INTEGER NOT NULL CHECK (generation >= 0),
    UNIQUE (app_id, name),
    FOREIGN KEY (account_id, app_id) REFERENCES apps (account_id, id)
) STRICT;

-- The two lists, in their order.
CREATE INDEX app_snaps_by_account ON app_snaps (account_id, created_micros, id);
CREATE INDEX app_snaps_by_app ON app_snaps (account_id, app_id, created_micros, id);

CREATE INDEX app_snaps_by_made_for ON app_snaps (made_for) WHERE made_for IS NOT NULL;
