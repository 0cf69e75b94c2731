-- Summaries of apps, whose cost doesn't depend on the number of backups.

-- The newest backups of an app in each state.
CREATE INDEX app_backups_by_state ON app_backups (app_id, state, created_micros, id);

-- Summaries also contain schedules and restores, so that these are changes of an account's lists, too.
CREATE FUNCTION count_account_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_changes VALUES (COALESCE(NEW.account_id, OLD.account_id), 1);
    RETURN NULL;
END $$;
CREATE TRIGGER schedules_changed AFTER INSERT OR UPDATE OR DELETE ON schedules
    FOR EACH ROW EXECUTE FUNCTION count_account_change();
CREATE TRIGGER app_restores_changed AFTER INSERT OR UPDATE OR DELETE ON app_restores
    FOR EACH ROW EXECUTE FUNCTION count_account_change();
