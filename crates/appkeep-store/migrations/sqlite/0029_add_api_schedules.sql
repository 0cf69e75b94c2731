-- Schedules that clients create. They are not declared, so servers of earlier versions neither run nor change them.

-- Whether a schedule of a client is in use.
ALTER TABLE schedules ADD COLUMN enabled INTEGER NOT NULL DEFAULT 0 CHECK (enabled IN (0, 1));
-- The user that created the schedule; null if it is from the configuration.
ALTER TABLE schedules ADD COLUMN created_by TEXT CHECK (length(created_by) = 36);
-- The user that last changed the schedule of a client.
ALTER TABLE schedules ADD COLUMN modified_by TEXT CHECK (length(modified_by) = 36);
-- The rules for snapshots; null if they are those in `retention`.
ALTER TABLE schedules ADD COLUMN snapshot_retention TEXT;

CREATE UNIQUE INDEX schedules_of_clients_by_name ON schedules (app_id, name) WHERE created_by IS NOT NULL;
