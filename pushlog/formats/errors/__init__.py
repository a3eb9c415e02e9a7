"""Error texts: found among other lines, taken apart, and looked up in the catalogue."""
