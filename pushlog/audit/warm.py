"""Imported once, by the server that forks the workers: what an analysis loads is then there in each of them."""

import sys

from pushlog.audit.worker import warm

# A worker that can't even begin, for the audit was stopped, is told by the engine; nobody needs its traceback.
sys.excepthook = lambda *_: None
warm()
