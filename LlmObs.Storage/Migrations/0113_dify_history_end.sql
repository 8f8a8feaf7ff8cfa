-- Where the history of a stream ends; null of what is new. With it the page can tell how much of it has been read.
ALTER TABLE dify_streams ADD COLUMN until_at timestamptz;
