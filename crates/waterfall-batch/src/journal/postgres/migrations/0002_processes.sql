-- Distinguishes the process of a worker from others with the same ID.

ALTER TABLE worker ADD COLUMN machine text, ADD COLUMN process_started bigint;
