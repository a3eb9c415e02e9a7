"""Pushes that a log tells more than once: a program begins again, repeats what was printed, or a person quotes it."""
