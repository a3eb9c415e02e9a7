"""Where bytes come from, and how they become numbered lines."""
