-- Minutes whose logs too many SLS would not delete: it is asked again, rarely.
CREATE INDEX ledger_minutes_refused_idx ON ledger_minutes (checked_at) WHERE state = 3 AND refusal IS NOT NULL;
