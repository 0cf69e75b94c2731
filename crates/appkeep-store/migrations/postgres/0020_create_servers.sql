-- The register of the servers that use this database, live or not.

CREATE TABLE servers (
    id UUID NOT NULL PRIMARY KEY,
    node TEXT NOT NULL,
    started_micros BIGINT NOT NULL,
    -- When the server last registered itself.
    seen_micros BIGINT NOT NULL
);

-- The id of the installation, which the first server creates: at most one row. With SQLite, the id is a file in the data
-- directory.
CREATE TABLE installation (
    is_only BOOLEAN NOT NULL PRIMARY KEY CHECK (is_only),
    id UUID NOT NULL
);
