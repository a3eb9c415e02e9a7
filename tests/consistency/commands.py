"""What a report offers to paste."""

import re
from collections.abc import Iterator

from pushlog.model import Diagnosis

COMMAND = re.compile(r"`([^`]+)`")


def commands(push: Diagnosis) -> Iterator[str]:
    """Every command in the remedies of a push."""
    for finding in push.findings:
        for step in finding.remedy:
            yield from COMMAND.findall(step)
