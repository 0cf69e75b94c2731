-- Tokens, without their secrets.

CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    name TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    subject TEXT NOT NULL CHECK (length(subject) = 36),
    role TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin', 'owner')),
    scope TEXT NOT NULL,
    created_micros INTEGER NOT NULL,
    revoked_micros INTEGER
) STRICT;
