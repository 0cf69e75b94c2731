-- Summaries of apps, whose cost doesn't depend on the number of backups.

-- The newest backups of an app in each state.
CREATE INDEX app_backups_by_state ON app_backups (app_id, state, created_micros, id);

-- Summaries also contain schedules and restores, so that these are changes of an account's lists, too.
CREATE TRIGGER schedules_inserted AFTER INSERT ON schedules BEGIN
    UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
END;
CREATE TRIGGER schedules_updated AFTER UPDATE ON schedules BEGIN
    UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
END;
CREATE TRIGGER schedules_deleted AFTER DELETE ON schedules BEGIN
    UPDATE accounts SET version = version + 1 WHERE id = OLD.account_id;
END;
CREATE TRIGGER app_restores_inserted AFTER INSERT ON app_restores BEGIN
    UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
END;
CREATE TRIGGER app_restores_updated AFTER UPDATE ON app_restores BEGIN
    UPDATE accounts SET version = version + 1 WHERE id = NEW.account_id;
END;
CREATE TRIGGER app_restores_deleted AFTER DELETE ON app_restores BEGIN
    UPDATE accounts SET version = version + 1 WHERE id = OLD.account_id;
END;
