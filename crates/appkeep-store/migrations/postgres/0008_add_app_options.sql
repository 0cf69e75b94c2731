-- The app's consistency level and hooks.
ALTER TABLE apps ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
