-- Alarms, which are raised until their cause has ended, and notifications that wait for their delivery.

CREATE TABLE alarms (
    -- The subject: its kind and ids.
    key TEXT NOT NULL PRIMARY KEY,
    since_micros INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE notifications (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    -- The name of the receiver in the configuration.
    receiver TEXT NOT NULL,
    event TEXT NOT NULL,
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    -- When it may be sent. A claim ends at this time.
    due_micros INTEGER NOT NULL,
    created_micros INTEGER NOT NULL
) STRICT;

CREATE INDEX notifications_due ON notifications (receiver, due_micros);
