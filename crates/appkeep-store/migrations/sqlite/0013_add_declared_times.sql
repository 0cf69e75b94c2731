-- When accounts, buckets and schedules were declared first and last changed: lists of them are ordered by it.
ALTER TABLE accounts ADD COLUMN created_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN modified_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE buckets ADD COLUMN created_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE buckets ADD COLUMN modified_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE schedules ADD COLUMN created_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE schedules ADD COLUMN modified_micros INTEGER NOT NULL DEFAULT 0;

-- Nobody wrote it down before.
UPDATE accounts SET created_micros = unixepoch() * 1000000, modified_micros = unixepoch() * 1000000;
UPDATE buckets SET created_micros = unixepoch() * 1000000, modified_micros = unixepoch() * 1000000;
UPDATE schedules SET created_micros = unixepoch() * 1000000, modified_micros = unixepoch() * 1000000;

CREATE INDEX schedules_by_app ON schedules (account_id, app_id);
