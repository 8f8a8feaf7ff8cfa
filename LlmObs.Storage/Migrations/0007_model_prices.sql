-- Prices that operators entered; those that come with the product are in its own table. Per million tokens.
CREATE TABLE model_prices (
    pattern      text PRIMARY KEY,
    currency     text NOT NULL,
    input        numeric NOT NULL CHECK (input >= 0),
    output       numeric CHECK (output >= 0),
    cached_input numeric CHECK (cached_input >= 0),
    cache_write  numeric CHECK (cache_write >= 0),
    reasoning    numeric CHECK (reasoning >= 0),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    updated_by   text NOT NULL
);

-- Which models are used without a price is asked of this, not of every span.
CREATE INDEX spans_unpriced_idx ON spans (received_at) WHERE cost_total IS NULL AND kind IN (4, 5, 7) AND input_tokens IS NOT NULL;
