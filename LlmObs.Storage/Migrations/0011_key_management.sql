-- Keys that people make, rotate, limit and revoke on the page "Projects and keys".

ALTER TABLE api_keys
    -- Langfuse's clients send a pair. The public half only says which key it is; the secret half decides.
    ADD COLUMN public_key          text UNIQUE,
    -- NULL: what the configuration says. 0: no limit.
    ADD COLUMN requests_per_second int CHECK (requests_per_second >= 0),
    ADD COLUMN spans_per_second    int CHECK (spans_per_second >= 0),
    ADD COLUMN rotated_at          timestamptz,
    -- To the minute, so that a busy key writes one row a minute.
    ADD COLUMN last_used_at        timestamptz;

CREATE INDEX api_keys_project_id_idx ON api_keys (project_id);

-- Secrets that a rotation replaced. They stay when their grace is over: the configuration may still name one, and must not revive it.
CREATE TABLE retired_secrets (
    key_hash    bytea PRIMARY KEY,
    key_id      uuid NOT NULL REFERENCES api_keys (id),
    valid_until timestamptz NOT NULL
);

CREATE INDEX retired_secrets_key_id_idx ON retired_secrets (key_id);
