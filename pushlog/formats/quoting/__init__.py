"""Whether a push is only quoted: by a test, a difference, a program's source, a document. `quoted.py` asks all."""
