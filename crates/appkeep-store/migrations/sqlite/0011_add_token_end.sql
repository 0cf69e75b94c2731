-- From when on a token is no longer valid; without it for ever.
ALTER TABLE tokens ADD COLUMN expires_micros INTEGER;
