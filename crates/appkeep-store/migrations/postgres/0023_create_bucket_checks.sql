-- The result of each node's latest check of a bucket: nodes may reach different buckets.
CREATE TABLE bucket_checks (
    bucket_id UUID NOT NULL,
    node TEXT COLLATE "C" NOT NULL,
    -- The reason that the node can't use the bucket; null if it can.
    reason TEXT,
    PRIMARY KEY (bucket_id, node)
);
