"""What makes an audit fail a CI job: `--fail-on` and the thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.record_class import record
from pushlog.units import count, seconds

if TYPE_CHECKING:
    from pushlog.audit.summary import Summary


@record
class Gates:
    """`fail_on`: never, failed or warning. `failure_percent`, `retry_seconds`: the most that is let through.

    `strict`: an audit is not complete when a line inside a push was not understood.
    """

    fail_on: str = "never"
    failure_percent: float | None = None
    retry_seconds: float | None = None
    strict: bool = False

    def not_understood(self, summary: Summary) -> str | None:
        """Return the sentence for pushes that were not understood whole, where that counts."""
        pushes = summary.totals.not_understood
        return (
            f"--strict: {count(pushes, 'push')} with lines that were not understood" if self.strict and pushes else None
        )

    def met(self, summary: Summary) -> tuple[str, ...]:
        """Return a sentence for each gate that was met."""
        totals = summary.totals
        unsuccessful = totals.pushes - totals.succeeded
        sentences = []
        if self.fail_on != "never" and unsuccessful:
            sentences.append(f"--fail-on {self.fail_on}: {count(unsuccessful, 'push')} did not succeed")
        elif self.fail_on == "warning" and totals.warned:
            sentences.append(f"--fail-on warning: {count(totals.warned, 'push')} with a warning")
        percent = 100 * totals.failure_rate
        if self.failure_percent is not None and percent > self.failure_percent:
            sentences.append(
                f"--max-failure-rate {self.failure_percent:g}: {percent:.1f} % of the pushes did not succeed"
            )
        if self.retry_seconds is not None and totals.retry_seconds > self.retry_seconds:
            sentences.append(
                f"--max-retry-seconds {self.retry_seconds:g}: retries took {seconds(totals.retry_seconds)}"
            )
        return tuple(sentences)
