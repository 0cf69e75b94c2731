CREATE TABLE app_snaps (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL,
    app_id UUID NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    schedule_id UUID,
    state TEXT NOT NULL CHECK (state IN (
        'pending', 'discovering', 'running', 'completed', 'failed', 'removed', 'unknown'
    )),
    state_unready TEXT NOT NULL,
    hook_state TEXT CHECK (hook_state IN ('failed', 'success')),
    hook_state_details TEXT NOT NULL,
    taken_micros BIGINT,
    -- No reference: the backup may be deleted before its snapshot.
    made_for UUID,
    labels TEXT NOT NULL,
    created_micros BIGINT NOT NULL,
    modified_micros BIGINT NOT NULL,
    created_by UUID NOT NULL,
    modified_by UUID,
    generation BIGINT NOT NULL CHECK (generation >= 0),
    -- The order of insertion.
    seq BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    UNIQUE (app_id, name),
    FOREIGN KEY (account_id, app_id) REFERENCES apps (account_id, id)
);

-- The two lists, in their order.
CREATE INDEX app_snaps_by_account ON app_snaps (account_id, created_micros, id);
CREATE INDEX app_snaps_by_app ON app_snaps (account_id, app_id, created_micros, id);

CREATE INDEX app_snaps_by_made_for ON app_snaps (made_for) WHERE made_for IS NOT NULL;
