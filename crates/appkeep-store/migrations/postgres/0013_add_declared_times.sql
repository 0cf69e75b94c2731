-- The times at which accounts, buckets and schedules were first declared and last changed; their lists are ordered by
-- them.
ALTER TABLE accounts ADD COLUMN created_micros BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN modified_micros BIGINT NOT NULL DEFAULT 0;
ALTER TABLE buckets ADD COLUMN created_micros BIGINT NOT NULL DEFAULT 0;
ALTER TABLE buckets ADD COLUMN modified_micros BIGINT NOT NULL DEFAULT 0;
ALTER TABLE schedules ADD COLUMN created_micros BIGINT NOT NULL DEFAULT 0;
ALTER TABLE schedules ADD COLUMN modified_micros BIGINT NOT NULL DEFAULT 0;

CREATE INDEX schedules_by_app ON schedules (account_id, app_id);
