-- Times are microseconds since 1970, amounts millionths of a US dollar.

CREATE FUNCTION now_us() RETURNS bigint LANGUAGE sql VOLATILE AS
    $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint $$;

CREATE TABLE batch (
    num bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id bytea NOT NULL UNIQUE,
    name text NOT NULL UNIQUE,
    kind text NOT NULL,
    input text,
    settings text NOT NULL,
    created_at bigint NOT NULL,
    row_count bigint NOT NULL DEFAULT 0,
    sealed boolean NOT NULL DEFAULT false,
    stopped boolean NOT NULL DEFAULT false,
    launches bigint NOT NULL DEFAULT 0,
    confirmed bigint NOT NULL DEFAULT 0,
    spent bigint NOT NULL DEFAULT 0,
    balance bigint,
    counter_period text,
    counter_counted bigint,
    counter_confirmed bigint
);

CREATE TABLE worker (
    num bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id bytea NOT NULL UNIQUE,
    host text NOT NULL,
    pid bigint NOT NULL,
    started_at bigint NOT NULL,
    until bigint NOT NULL,
    buried boolean NOT NULL DEFAULT false
);

CREATE INDEX worker_alive ON worker (until) WHERE NOT buried;

-- The inputs, written once.
CREATE TABLE input (
    batch bigint NOT NULL,
    ord bigint NOT NULL,
    raw bytea NOT NULL,
    request bytea NOT NULL,
    detail text,
    PRIMARY KEY (batch, ord)
);

-- Narrow, so that counting a million of them takes less than a second.
CREATE TABLE batch_row (
    batch bigint NOT NULL,
    ord bigint NOT NULL,
    state smallint NOT NULL,
    outcome smallint,
    attempt integer NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    settled integer NOT NULL DEFAULT 0,
    owner bigint,
    job bytea,
    dup_of bigint,
    key bytea,
    PRIMARY KEY (batch, ord)
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX row_key ON batch_row (batch, key) WHERE key IS NOT NULL;
CREATE INDEX row_pending ON batch_row (batch, ord) WHERE state = 0;
CREATE INDEX row_launched ON batch_row (batch, ord) WHERE state = 2;
CREATE INDEX row_in_doubt ON batch_row (batch, ord) WHERE state = 3;
CREATE INDEX row_owner ON batch_row (owner) WHERE owner IS NOT NULL;

CREATE TABLE launch (
    batch bigint NOT NULL,
    ord bigint NOT NULL,
    attempt integer NOT NULL,
    worker bigint NOT NULL,
    token bytea NOT NULL,
    intent_at bigint NOT NULL,
    answered_at bigint,
    job bytea,
    ended smallint,
    detail text,
    PRIMARY KEY (batch, ord, attempt)
);

CREATE INDEX launch_job ON launch (job) WHERE job IS NOT NULL;
CREATE INDEX launch_open ON launch (token) WHERE ended IS NULL OR ended >= 3;

CREATE TABLE result (
    batch bigint NOT NULL,
    ord bigint NOT NULL,
    attempt integer NOT NULL,
    http_status integer NOT NULL,
    body bytea NOT NULL,
    detail text,
    cost bigint,
    ended_at bigint NOT NULL,
    PRIMARY KEY (batch, ord, attempt)
);

CREATE TABLE limiter (
    key_hash bytea PRIMARY KEY,
    state text NOT NULL
);
