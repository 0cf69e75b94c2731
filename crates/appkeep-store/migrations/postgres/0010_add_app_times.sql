-- The times at which an app was first declared and last changed, and the number of changes. Lists of apps are ordered
-- and cached by them.
ALTER TABLE apps ADD COLUMN created_micros BIGINT NOT NULL DEFAULT 0;
ALTER TABLE apps ADD COLUMN modified_micros BIGINT NOT NULL DEFAULT 0;
ALTER TABLE apps ADD COLUMN generation BIGINT NOT NULL DEFAULT 0 CHECK (generation >= 0);
