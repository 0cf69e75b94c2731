-- The node that runs the restore, whose disk has its journal; null until it begins.
ALTER TABLE app_restores ADD COLUMN node TEXT COLLATE "C";

-- Jobs of restores that have begun already belong to their node.
UPDATE app_restores SET node = jobs.node FROM jobs WHERE jobs.resource = app_restores.id AND jobs.kind = 'restore_app';

CREATE INDEX app_restores_by_node ON app_restores (node);
