-- The latest measurement of a bucket, a JSON object; null until it is measured at its location.
ALTER TABLE buckets ADD COLUMN measurement TEXT;
