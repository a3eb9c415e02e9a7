"""Logs of the other side of a push: daemon, proxies, registry. Each format is a module, named in `formats.py`."""
