"""The other side of a push: which lines of other logs are its own, what each hop said, and what broke each attempt."""
