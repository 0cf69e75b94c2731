-- When an app was declared first and last changed, and how often it was: lists of apps are ordered and cached by it.
ALTER TABLE apps ADD COLUMN created_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE apps ADD COLUMN modified_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE apps ADD COLUMN generation INTEGER NOT NULL DEFAULT 0 CHECK (generation >= 0);

-- Nobody wrote it down before.
UPDATE apps SET created_micros = unixepoch() * 1000000, modified_micros = unixepoch() * 1000000;
