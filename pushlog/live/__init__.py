"""While it runs: a push watched as its output grows, and a push recorded on a terminal of its own."""
