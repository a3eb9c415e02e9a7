"""Many logs: found, read by many workers, kept as a dataset, and drawn as one page that says what is wrong."""
