-- What an operator declares. Nothing here is ever deleted: what the configuration no longer names keeps its
-- rows, undeclared, because backups and snapshots still refer to them.
--
-- In all tables: ids are hyphenated lower-case UUIDs, so that a person finds here what a URL shows, and
-- their binary order is the order of the UUIDs. Times are microseconds since 1970, lists and objects JSON.

CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    name TEXT NOT NULL,
    declared INTEGER NOT NULL CHECK (declared IN (0, 1))
) STRICT;

-- Names are unique among what is declared: a name that was given up may be taken by something else.
CREATE UNIQUE INDEX accounts_by_name ON accounts (name) WHERE declared;

CREATE TABLE apps (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    volumes TEXT NOT NULL,
    declared INTEGER NOT NULL CHECK (declared IN (0, 1)),
    UNIQUE (account_id, id)
) STRICT;

CREATE UNIQUE INDEX apps_by_name ON apps (account_id, name) WHERE declared;

CREATE TABLE buckets (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    location TEXT NOT NULL,
    is_default INTEGER NOT NULL CHECK (is_default IN (0, 1)),
    position INTEGER NOT NULL,
    declared INTEGER NOT NULL CHECK (declared IN (0, 1)),
    UNIQUE (account_id, id)
) STRICT;

CREATE UNIQUE INDEX buckets_by_name ON buckets (account_id, name) WHERE declared;
