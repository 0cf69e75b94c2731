-- The catalog that an operator declares. Rows are never deleted: items that the configuration no longer contains are
-- kept as undeclared, because backups and snapshots still refer to them.
--
-- In all tables: times are microseconds since 1970; lists and objects are JSON texts (`jsonb` can't store every
-- string). Texts that are ordered or indexed have the collation C, which is the same on every operating system.

CREATE TABLE accounts (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    declared BOOLEAN NOT NULL
);

-- Names are unique among declared items, so that names of undeclared items can be reused.
CREATE UNIQUE INDEX accounts_by_name ON accounts (name) WHERE declared;

CREATE TABLE apps (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    name TEXT COLLATE "C" NOT NULL,
    volumes TEXT NOT NULL,
    declared BOOLEAN NOT NULL,
    UNIQUE (account_id, id)
);

CREATE UNIQUE INDEX apps_by_name ON apps (account_id, name) WHERE declared;

CREATE TABLE buckets (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    name TEXT COLLATE "C" NOT NULL,
    location TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    position BIGINT NOT NULL,
    declared BOOLEAN NOT NULL,
    UNIQUE (account_id, id)
);

CREATE UNIQUE INDEX buckets_by_name ON buckets (account_id, name) WHERE declared;

-- Transactions that write lock this table, which has no columns, so that they run one after another.
CREATE TABLE write_lock ();
