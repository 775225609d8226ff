-- Times are microseconds since 1970, amounts millionths of a US dollar.

CREATE TABLE batch (
    num INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    input TEXT,
    settings TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    row_count INTEGER NOT NULL DEFAULT 0,
    sealed INTEGER NOT NULL DEFAULT 0,
    stopped INTEGER NOT NULL DEFAULT 0,
    launches INTEGER NOT NULL DEFAULT 0,
    confirmed INTEGER NOT NULL DEFAULT 0,
    spent INTEGER NOT NULL DEFAULT 0,
    balance INTEGER,
    counter_period TEXT,
    counter_counted INTEGER,
    counter_confirmed INTEGER
) STRICT;

CREATE TABLE worker (
    num INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    buried INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX worker_alive ON worker (until) WHERE buried = 0;

-- The inputs, written once.
CREATE TABLE input (
    batch INTEGER NOT NULL,
    ord INTEGER NOT NULL,
    raw BLOB NOT NULL,
    request BLOB NOT NULL,
    detail TEXT,
    PRIMARY KEY (batch, ord)
) STRICT, WITHOUT ROWID;

-- Narrow, so that counting a million of them takes less than a second.
CREATE TABLE row (
    batch INTEGER NOT NULL,
    ord INTEGER NOT NULL,
    state INTEGER NOT NULL,
    outcome INTEGER,
    attempt INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    settled INTEGER NOT NULL DEFAULT 0,
    owner INTEGER,
    job BLOB,
    dup_of INTEGER,
    key BLOB,
    PRIMARY KEY (batch, ord)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX row_key ON row (batch, key) WHERE key IS NOT NULL;
CREATE INDEX row_pending ON row (batch, ord) WHERE state = 0;
CREATE INDEX row_launched ON row (batch, ord) WHERE state = 2;
CREATE INDEX row_in_doubt ON row (batch, ord) WHERE state = 3;
CREATE INDEX row_owner ON row (owner) WHERE owner IS NOT NULL;

CREATE TABLE launch (
    batch INTEGER NOT NULL,
    ord INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    worker INTEGER NOT NULL,
    token BLOB NOT NULL,
    intent_at INTEGER NOT NULL,
    answered_at INTEGER,
    job BLOB,
    ended INTEGER,
    detail TEXT,
    PRIMARY KEY (batch, ord, attempt)
) STRICT, WITHOUT ROWID;

CREATE INDEX launch_job ON launch (job) WHERE job IS NOT NULL;
CREATE INDEX launch_open ON launch (token) WHERE ended IS NULL OR ended >= 3;

CREATE TABLE result (
    batch INTEGER NOT NULL,
    ord INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    http_status INTEGER NOT NULL,
    body BLOB NOT NULL,
    detail TEXT,
    cost INTEGER,
    ended_at INTEGER NOT NULL,
    PRIMARY KEY (batch, ord, attempt)
) STRICT;

CREATE TABLE limiter (
    key_hash BLOB PRIMARY KEY,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;
