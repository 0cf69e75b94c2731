-- The accounts, apps, buckets and schedules that each node declares. An item is declared while any node declares it.
CREATE TABLE node_declarations (
    id TEXT NOT NULL CHECK (length(id) = 36),
    node TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('account', 'app', 'bucket', 'schedule')),
    -- An object with the item's fields as the node declares them: the paths of volumes may differ between nodes.
    fields TEXT NOT NULL,
    PRIMARY KEY (id, node)
) STRICT, WITHOUT ROWID;

-- The nodes that declare the app, a JSON list, if none of them has a live server; null otherwise. A background task
-- updates it, so that lists of apps can be cached.
ALTER TABLE apps ADD COLUMN away_nodes TEXT;

-- The node whose disk holds the data of the snapshot; null until its creation begins.
ALTER TABLE app_snaps ADD COLUMN node TEXT;

CREATE INDEX app_snaps_by_node ON app_snaps (node);

-- Reconcile passes read the node, too.
DROP INDEX app_snaps_finished;
CREATE INDEX app_snaps_finished ON app_snaps (app_id, id, state, generation, node)
    WHERE state IN ('completed', 'removed', 'unknown');

-- The only node that can run the job; null if any node can that declares the required item.
ALTER TABLE jobs ADD COLUMN node TEXT;

-- The app or bucket that a node must declare to run the job; null if any node can run it.
ALTER TABLE jobs ADD COLUMN required_item TEXT CHECK (length(required_item) = 36);
UPDATE jobs SET required_item = app_id WHERE kind IN ('take_backup', 'take_snapshot', 'restore_app');
UPDATE jobs SET required_item = json_extract(payload, '$.bucket_id')
    WHERE kind = 'delete_backup' AND json_valid(payload);
