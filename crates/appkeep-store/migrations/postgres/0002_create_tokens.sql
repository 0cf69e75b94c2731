-- Tokens, without their secrets.

CREATE TABLE tokens (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    hash BYTEA NOT NULL UNIQUE CHECK (length(hash) = 32),
    subject UUID NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin', 'owner')),
    scope TEXT NOT NULL,
    created_micros BIGINT NOT NULL,
    revoked_micros BIGINT
);
