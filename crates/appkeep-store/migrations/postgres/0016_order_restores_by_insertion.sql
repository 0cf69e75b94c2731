-- The latest restore is the one that was inserted last, regardless of its date: clocks may be wrong.
CREATE INDEX app_restores_by_app ON app_restores (account_id, app_id, seq);
