"""Grammars loaded, run on single lines, and turned into regular expressions."""
