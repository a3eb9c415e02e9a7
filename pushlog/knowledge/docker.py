"""Constants of Docker's engine, each with its place in moby's source.

moby distribution/xfer/upload.go, 1.10 to today: `maxUploadAttempts = 5`; before attempt k + 1 the daemon counts down
k times 5 seconds. The containerd image store does not use this code.
"""

from __future__ import annotations

# Uploads of one layer before the push fails.
MAX_ATTEMPTS = 5
# Countdowns between them.
MAX_RETRIES = MAX_ATTEMPTS - 1
# Seconds by which each countdown is longer than the one before it.
RETRY_DELAY = 5
