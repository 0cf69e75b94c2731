-- A restore can be interrupted for good: SQLite changes a CHECK only with a new table.
CREATE TABLE new_app_restores (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    account_id TEXT NOT NULL,
    app_id TEXT NOT NULL,
    source_kind TEXT NOT NULL CHECK (source_kind IN ('backup', 'snapshot')),
    -- No reference: the source may be deleted once the restore has ended.
    source_id TEXT NOT NULL CHECK (length(source_id) = 36),
    state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'completed', 'failed', 'interrupted')),
    reasons TEXT NOT NULL,
    created_micros INTEGER NOT NULL,
    modified_micros INTEGER NOT NULL,
    created_by TEXT NOT NULL CHECK (length(created_by) = 36),
    generation INTEGER NOT NULL CHECK (generation >= 0),
    FOREIGN KEY (account_id, app_id) REFERENCES apps (account_id, id)
) STRICT;

-- The order of insertion stays: the latest restore is the one that was inserted last.
INSERT INTO new_app_restores (
    rowid, id, account_id, app_id, source_kind, source_id, state, reasons, created_micros, modified_micros, created_by,
    generation
) SELECT
    rowid, id, account_id, app_id, source_kind, source_id, state, reasons, created_micros, modified_micros, created_by,
    generation
FROM app_restores;

DROP TABLE app_restores;

ALTER TABLE new_app_restores RENAME TO app_restores;

CREATE INDEX app_restores_by_app ON app_restores (account_id, app_id);

-- What is in use; few rows at any time.
CREATE INDEX app_restores_in_progress ON app_restores (source_id) WHERE state IN ('pending', 'running');
