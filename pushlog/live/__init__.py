"""Live work: watch a push while its output grows, and record a push on a terminal of its own."""
