-- The time from which a token is no longer valid; null if it never expires.
ALTER TABLE tokens ADD COLUMN expires_micros BIGINT;
