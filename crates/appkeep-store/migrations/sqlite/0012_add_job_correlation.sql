-- Names the request that asked for a job in what the log says of it.
ALTER TABLE jobs ADD COLUMN correlation TEXT CHECK (length(correlation) = 36);
