-- For counting the results of the last minutes.

CREATE INDEX result_ended ON result (batch, ended_at);
