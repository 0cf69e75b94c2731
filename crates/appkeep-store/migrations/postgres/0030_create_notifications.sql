-- Alarms, which are raised until their cause has ended, and notifications that wait for their delivery.

CREATE TABLE alarms (
    -- The subject: its kind and ids.
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    since_micros BIGINT NOT NULL
);

CREATE TABLE notifications (
    id UUID NOT NULL PRIMARY KEY,
    -- The name of the receiver in the configuration.
    receiver TEXT COLLATE "C" NOT NULL,
    event TEXT NOT NULL,
    attempts BIGINT NOT NULL CHECK (attempts >= 0),
    -- When it may be sent. A claim ends at this time.
    due_micros BIGINT NOT NULL,
    created_micros BIGINT NOT NULL
);

CREATE INDEX notifications_due ON notifications (receiver, due_micros);
