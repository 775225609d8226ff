-- What tells the process of a worker from others with its number.

ALTER TABLE worker ADD COLUMN machine text, ADD COLUMN process_started bigint;
