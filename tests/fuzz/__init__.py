"""Coverage-guided fuzzing, run by hand: `python -m tests.fuzz TARGET` (needs `pip install atheris`)."""
