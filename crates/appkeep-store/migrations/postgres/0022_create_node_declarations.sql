-- The accounts, apps, buckets and schedules that each node declares. An item is declared while any node declares it.
CREATE TABLE node_declarations (
    id UUID NOT NULL,
    node TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('account', 'app', 'bucket', 'schedule')),
    -- An object with the item's fields as the node declares them: the paths of volumes may differ between nodes.
    fields TEXT NOT NULL,
    PRIMARY KEY (id, node)
);

-- The nodes that declare the app, a JSON list, if none of them has a live server; null otherwise. A background task
-- updates it, so that lists of apps can be cached.
ALTER TABLE apps ADD COLUMN away_nodes TEXT;

-- The node whose disk holds the data of the snapshot; null until its creation begins.
ALTER TABLE app_snaps ADD COLUMN node TEXT COLLATE "C";

CREATE INDEX app_snaps_by_node ON app_snaps (node);

-- Reconcile passes read the node, too.
DROP INDEX app_snaps_finished;
CREATE INDEX app_snaps_finished ON app_snaps (app_id, id) INCLUDE (state, generation, node)
    WHERE state IN ('completed', 'removed', 'unknown');

-- The only node that can run the job; null if any node can that declares the required item.
ALTER TABLE jobs ADD COLUMN node TEXT COLLATE "C";

-- The app or bucket that a node must declare to run the job; null if any node can run it.
ALTER TABLE jobs ADD COLUMN required_item UUID;
UPDATE jobs SET required_item = app_id WHERE kind IN ('take_backup', 'take_snapshot', 'restore_app');
UPDATE jobs SET required_item = (payload::JSON ->> 'bucket_id')::UUID WHERE kind = 'delete_backup';
