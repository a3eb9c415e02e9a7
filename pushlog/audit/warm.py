"""Imported once, by the server that forks the workers: what an analysis loads is then there in each of them."""

from pushlog.audit.worker import warm

warm()
