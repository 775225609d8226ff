-- Distinguishes the process of a worker from others with the same ID.

ALTER TABLE worker ADD COLUMN machine TEXT;
ALTER TABLE worker ADD COLUMN process_started INTEGER;
