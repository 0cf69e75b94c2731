-- Why a bucket can't be used; null while it can.
ALTER TABLE buckets ADD COLUMN trouble TEXT;
