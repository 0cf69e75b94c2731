-- The state of restores that can't be continued.
ALTER TABLE app_restores DROP CONSTRAINT app_restores_state;
ALTER TABLE app_restores ADD CONSTRAINT app_restores_state
    CHECK (state IN ('pending', 'running', 'completed', 'failed', 'interrupted'));
