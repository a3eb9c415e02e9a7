"""Results for notebooks and scripts: logs that draw themselves, and their tables as DataFrames."""
