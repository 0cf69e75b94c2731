CREATE TABLE app_restores (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL,
    app_id UUID NOT NULL,
    source_kind TEXT NOT NULL CHECK (source_kind IN ('backup', 'snapshot')),
    -- No reference: the source may be deleted once the restore has ended.
    source_id UUID NOT NULL,
    state TEXT NOT NULL CONSTRAINT app_restores_state CHECK (state IN ('pending', 'running', 'completed', 'failed')),
    reasons TEXT NOT NULL,
    created_micros BIGINT NOT NULL,
    modified_micros BIGINT NOT NULL,
    created_by UUID NOT NULL,
    generation BIGINT NOT NULL CHECK (generation >= 0),
    -- The order of insertion.
    seq BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    FOREIGN KEY (account_id, app_id) REFERENCES apps (account_id, id)
);

-- Restores in progress; few rows at any time.
CREATE INDEX app_restores_in_progress ON app_restores (source_id) WHERE state IN ('pending', 'running');
