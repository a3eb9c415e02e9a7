"""Exports: logs that a store or a CI system hands out as JSON lines, as a JSON document, or as a CSV table."""
