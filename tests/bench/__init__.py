"""The benchmark: this program beside what one would otherwise run, on the same bytes: `python -m tests.bench`."""
