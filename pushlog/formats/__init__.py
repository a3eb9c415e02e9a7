"""The dialects: one grammar and one short module for each client, all filling the same events table."""
