"""The client's own lines, taken out of recordings, JSON records and line prefixes; lanes and times are kept."""
