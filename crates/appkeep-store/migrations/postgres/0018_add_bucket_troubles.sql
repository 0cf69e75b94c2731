-- The reason that a bucket is unavailable; null while it is available.
ALTER TABLE buckets ADD COLUMN trouble TEXT;
