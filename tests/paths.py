"""Where the repository and its folders are, whatever the working directory."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples"
# Real captures with their truth; beside the checkout in CI, absent elsewhere.
SHARED = ROOT.parent / "shared"
