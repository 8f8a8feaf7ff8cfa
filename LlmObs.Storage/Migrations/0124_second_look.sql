-- Every minute is compared a second time, later: SLS may take a write, or lose one, after the first.
ALTER TABLE ledger_progress ADD COLUMN second_minute timestamptz NOT NULL DEFAULT date_trunc('minute', now());
