-- How an app wants to be copied: its consistency and its hooks.
ALTER TABLE apps ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
