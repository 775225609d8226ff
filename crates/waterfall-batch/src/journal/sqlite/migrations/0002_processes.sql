-- What tells the process of a worker from others with its number.

ALTER TABLE worker ADD COLUMN machine TEXT;
ALTER TABLE worker ADD COLUMN process_started INTEGER;
