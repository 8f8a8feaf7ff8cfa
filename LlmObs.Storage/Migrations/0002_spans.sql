-- One wide row per span; partitions are made by day when first needed and dropped whole when their time is over.
--
-- The key leads with what is looked up, not with the day: every partition holds one day, so a leading day would only hide the rest,
-- and (project_id, trace_id) would need an index of its own.
CREATE TABLE spans (
    day                      date NOT NULL,
    project_id               int NOT NULL,
    start_ns                 bigint NOT NULL,
    duration_ns              bigint NOT NULL,
    received_at              timestamptz NOT NULL DEFAULT now(),
    version                  int NOT NULL DEFAULT 1,
    kind                     smallint NOT NULL,
    status                   smallint NOT NULL,
    cost_provided            boolean,
    trace_id                 text NOT NULL,
    span_id                  text NOT NULL,
    parent_span_id           text,
    name                     text NOT NULL,
    raw_name                 text NOT NULL,
    otel_kind                text NOT NULL,
    status_message           text,
    error_type               text,
    service                  text,
    host                     text,
    environment              text,
    release                  text,
    service_version          text,
    tags                     text[] NOT NULL,
    session_id               text,
    user_id                  text,
    request_id               text,
    operation                text,
    provider                 text,
    requested_model          text,
    model                    text,
    input_tokens             bigint,
    output_tokens            bigint,
    cached_input_tokens      bigint,
    cache_write_input_tokens bigint,
    reasoning_tokens         bigint,
    total_tokens             bigint,
    cost_input               numeric,
    cost_output              numeric,
    cost_total               numeric,
    cost_currency            text,
    time_to_first_token_ms   double precision,
    finish_reasons           text[] NOT NULL,
    workflow_name            text,
    agent_name               text,
    prompt_name              text,
    prompt_version           text,
    response_id              text,
    question                 text,
    PRIMARY KEY (project_id, trace_id, span_id, day)
) PARTITION BY RANGE (day);

CREATE INDEX spans_span_id_idx ON spans (span_id);

-- Senders may put any text in these: the first 200 characters keep a long one within what an index entry can hold.
CREATE INDEX spans_request_id_idx ON spans (project_id, left(request_id, 200)) WHERE request_id IS NOT NULL;
CREATE INDEX spans_session_id_idx ON spans (project_id, left(session_id, 200)) WHERE session_id IS NOT NULL;
CREATE INDEX spans_user_id_idx ON spans (project_id, left(user_id, 200)) WHERE user_id IS NOT NULL;

-- All rows of one commit share the value, so that the index stays a few bytes a row.
CREATE INDEX spans_received_at_idx ON spans (received_at);

-- Everything else a span carried: one JSON document, compressed by us with LZ4 (PostgreSQL may be built without it).
CREATE TABLE span_contents (
    day        date NOT NULL,
    project_id int NOT NULL,
    json_bytes int NOT NULL,
    trace_id   text NOT NULL,
    span_id    text NOT NULL,
    body       bytea NOT NULL,
    PRIMARY KEY (project_id, trace_id, span_id, day)
) PARTITION BY RANGE (day);

ALTER TABLE span_contents ALTER COLUMN body SET STORAGE EXTERNAL;

-- Clocks that say 1970 or 2262 must not make a partition each.
CREATE TABLE spans_outside_time PARTITION OF spans FOR VALUES FROM ('1970-01-01') TO ('1970-01-02');
CREATE TABLE span_contents_outside_time PARTITION OF span_contents FOR VALUES FROM ('1970-01-01') TO ('1970-01-02');
