"""What stands below the options of a command in its help: examples, and what an exit status means."""

from __future__ import annotations

_STATUSES = """
Exit statuses:
  0 done   1 --fail-on was met   2 wrong call, or an input can't be read   3 no push found
  4 the analysis is incomplete   130 Ctrl-C   10-19 the kind of failure, with --exit-class
"""
EPILOGS = {
    "analyze": f"""
Examples:
  pushlog push-log.txt                                     the report
  pushlog push-log.txt -f text -f html=report.html         two outputs of one analysis
  docker push IMAGE 2>&1 | tee push-log.txt | pushlog      while it is kept
  pushlog push-log.txt --exit-class -f json=result.json    for a CI job that decides by the cause
{_STATUSES}""",
    "audit": """
Examples:
  pushlog audit logs/                       then open pushlog-audit/index.html
  pushlog audit logs.zip --fail-on failed   for a CI job
  pushlog recipe github-actions             how to fetch the logs
""",
    "watch": """
Examples:
  docker push IMAGE 2>&1 | pushlog watch
  pushlog watch push-log.txt
""",
    "record": """
Examples:
  pushlog record -- docker push IMAGE
  pushlog record --retry 3 -o push.cast -- docker push IMAGE
""",
    "compare": """
Examples:
  pushlog compare monday.txt tuesday.txt
  pushlog compare old-audit/ new-audit/
""",
    "report": """
Examples:
  pushlog report result.json -f html=report.html
""",
    "redact": """
Examples:
  pushlog redact push-log.txt -o shareable.txt --pseudonyms
  pushlog redact push-log.txt proxy.log registry.log -o shareable/ --pseudonyms
""",
    "explain": """
Examples:
  pushlog explain retry-exhausted
  pushlog explain PL101
  pushlog explain 'denied: requested access to the resource is denied'
  tail -1 push-log.txt | pushlog explain -

Topics:
  audit  capture  ci  clients  exit-status  formats  python  rules-file  secrets
  settings  side-files  uncertainty  watch
""",
    "recipe": """
Examples:
  pushlog recipe
  pushlog recipe gitlab-ci > fetch.sh
""",
}
