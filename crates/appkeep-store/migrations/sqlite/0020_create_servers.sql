-- The register of the servers that use this database, live or not.

CREATE TABLE servers (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    node TEXT NOT NULL,
    started_micros INTEGER NOT NULL,
    -- When the server last registered itself.
    seen_micros INTEGER NOT NULL
) STRICT;
