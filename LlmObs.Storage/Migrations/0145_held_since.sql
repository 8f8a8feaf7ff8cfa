-- Evaluators that ask SLS wait for the traces that sampling has not decided about: since when they are held says how far they may go.
ALTER TABLE held_traces ADD COLUMN since timestamptz NOT NULL DEFAULT now();
