-- What the storage of a bucket supports, a JSON object; null until it is probed.
ALTER TABLE buckets ADD COLUMN features TEXT;
