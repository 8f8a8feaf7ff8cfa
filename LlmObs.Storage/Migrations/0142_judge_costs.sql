-- What judges cost each day, by the prices that held at each call.
ALTER TABLE judge_days ADD COLUMN cost double precision, ADD COLUMN currency text;
