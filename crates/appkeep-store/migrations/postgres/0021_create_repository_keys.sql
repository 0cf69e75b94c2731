-- The keys of repositories, encrypted with the master key.

CREATE TABLE repository_keys (
    bucket_id UUID NOT NULL,
    app_id UUID NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (bucket_id, app_id)
);
