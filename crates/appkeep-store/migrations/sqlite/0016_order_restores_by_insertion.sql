-- The latest restore is the one that was inserted last, whatever its date: a clock may have been wrong. Entries of an
-- index that are otherwise equal are in the order of insertion.
DROP INDEX app_restores_by_app;
CREATE INDEX app_restores_by_app ON app_restores (account_id, app_id);
