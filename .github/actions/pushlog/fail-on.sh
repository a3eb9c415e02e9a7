#!/usr/bin/env bash
# Ends with 1 when the result has what FAIL_ON names; its annotations are there already.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/tool.sh"

[ "${FAIL_ON:-never}" != never ] || exit 0
pushlog report "$RESULT" --fail-on "$FAIL_ON" >/dev/null
