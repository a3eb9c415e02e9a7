"""SARIF 2.1.0: the findings as results, at lines of the log, with the rules that they name."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import quote

from pushlog.model import Confidence, Evidence, Severity
from pushlog.report.issues import best, details, image, issues, one_line, path, place
from pushlog.report.prose import clip
from pushlog.report.rule_links import address, description, home
from pushlog.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pushlog.model import Finding, Log, Source
    from pushlog.report.issues import Issue

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# GitHub refuses a run with more results; a finding with hundreds of lines says no more than with twenty.
MOST_RESULTS = 25_000
MOST_LINES = 20
# Characters of the help of a rule: the pages of some families quote dozens of error messages.
MOST_HELP = 2000
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
PRECISIONS = {Confidence.CERTAIN: "very-high", Confidence.LIKELY: "high", Confidence.POSSIBLE: "medium"}
RANKS = {Confidence.CERTAIN: 90.0, Confidence.LIKELY: 60.0, Confidence.POSSIBLE: 30.0}


def _uri(source: Source) -> str:
    return quote(path(source), errors="replace")


def _rule(finding: Finding) -> dict[str, object]:
    """Return a rule without anything of a push: what the finding says stands in its result."""
    words = one_line(finding.name).replace("-", " ")
    short = words[:1].upper() + words[1:] or "Finding"
    has_page = finding.rule != finding.name
    title, text = description(finding.name) or (short, "")
    hint = f"`pushlog explain {finding.name}` shows what it means and how it is recognised." if has_page else ""
    link = address(finding.rule, finding.name)
    return {
        "id": visible(finding.rule),
        "name": one_line(finding.name),
        "shortDescription": {"text": short},
        "fullDescription": {"text": one_line(title) or words},
        "help": {
            "text": "\n\n".join(part for part in (visible(clip(text, MOST_HELP)), one_line(hint)) if part) or words
        },
        **({"helpUri": link} if link else {}),
        "defaultConfiguration": {"level": LEVELS[finding.severity]},
        "properties": {
            "precision": PRECISIONS[finding.confidence],
            "problem.severity": PROBLEMS[finding.severity],
            "tags": ["docker-push"],
        },
    }


def _location(source: Source, index: int, proof: Evidence) -> dict[str, object]:
    region: dict[str, object] = {"startLine": proof.line}
    artifact: dict[str, object] = {"uri": _uri(source), "index": index}
    if proof.file is not None:
        artifact = {"uri": quote(visible(proof.file), errors="replace")}
    if proof.text:
        region["snippet"] = {"text": visible(clip(proof.text))}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _result(issue: Issue, rules: Sequence[str], index: int) -> dict[str, object]:
    finding = issue.finding
    first, *other_lines = finding.evidence
    properties: dict[str, object] = {
        "confidence": finding.confidence.value,
        "cause": issue.cause,
        "layers": [visible(layer) for layer in finding.layers],
    }
    if issue.push is not None:
        properties |= {"image": visible(image(issue.push)), "outcome": issue.push.outcome.value}
    texts = (one_line(finding.title), *details(issue), place(issue))
    return {
        "ruleId": visible(finding.rule),
        "ruleIndex": rules.index(finding.rule),
        "level": LEVELS[finding.severity],
        "rank": RANKS[finding.confidence],
        "message": {"text": "\n".join(text for text in texts if text)},
        "locations": [_location(issue.source, index, first)],
        "relatedLocations": [
            _location(issue.source, index, proof) for proof in list(dict.fromkeys(other_lines))[:MOST_LINES]
        ],
        "partialFingerprints": {"pushlog/v1": issue.fingerprint},
        "properties": properties,
    }


def _notices(logs: Iterable[Log], left_out: int) -> list[dict[str, object]]:
    """The notes of the logs and the number of results left out."""
    texts = [f"{path(log.source)}: {one_line(note)}" for log in logs for note in log.source.notes]
    if left_out:
        texts.append(f"{left_out} results were left out: a run holds {MOST_RESULTS}")
    return [{"level": "note", "message": {"text": text}} for text in texts]


def _artifact(source: Source) -> dict[str, object]:
    return {
        "location": {"uri": _uri(source)},
        "length": source.bytes,
        "hashes": {"sha-256": visible(source.sha256)},
        "roles": ["analysisTarget"],
    }


def render(logs: Sequence[Log]) -> str:
    """Return one run for all logs."""
    all_issues = issues(logs)
    results = all_issues if len(all_issues) <= MOST_RESULTS else best(all_issues)[:MOST_RESULTS]
    rules = {issue.finding.rule: issue.finding for issue in reversed(results)}
    codes = sorted(rules)
    # A log that is given twice is one artifact.
    sources = {(path(log.source), log.source.sha256): log.source for log in logs}
    places = {key: index for index, key in enumerate(sources)}
    driver: dict[str, object] = {
        "name": "pushlog",
        "version": version("pushlog"),
        **({"informationUri": link} if (link := home()) else {}),
        "rules": [_rule(rules[code]) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [
            {"executionSuccessful": True, "toolExecutionNotifications": _notices(logs, len(all_issues) - len(results))}
        ],
        "artifacts": [_artifact(source) for source in sources.values()],
        "results": [_result(issue, codes, places[path(issue.source), issue.source.sha256]) for issue in results],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
