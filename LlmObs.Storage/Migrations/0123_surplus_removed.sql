-- Logs that SLS held too many of and was asked to delete; why it would not.
ALTER TABLE ledger_minutes
    ADD COLUMN removed_logs bigint NOT NULL DEFAULT 0,
    ADD COLUMN removals     int NOT NULL DEFAULT 0,
    ADD COLUMN refusal      text;

-- What was found before anything could be done about it is looked at again.
UPDATE ledger_minutes SET state = 1 WHERE state = 3;
