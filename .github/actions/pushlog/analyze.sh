#!/usr/bin/env bash
# Analyzes the files named in LOG: annotations, the job's summary, an HTML folder, and outputs for later steps.
# Works in bash 3.2, which macOS has. Inputs come by the environment alone: text in a script could be run.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/tool.sh"

logs=()
while IFS= read -r line; do
  # Blank lines and blanks around a name are no part of it; with IFS empty a name with blanks stays one word.
  line=$(printf '%s' "$line" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//')
  [ -n "$line" ] || continue
  IFS=
  for path in $line; do
    # A name that begins with a hyphen is a file, not an option.
    case $path in -?*) path=./$path ;; esac
    logs+=("$path")
  done
  unset IFS
done <<<"$LOG"
if [ ${#logs[@]} -eq 0 ]; then
  echo "::error::pushlog: the input 'log' names no file"
  exit 2
fi

result=$RUNNER_TEMP/pushlog.json
summary=$RUNNER_TEMP/pushlog.md
formats=(-f github -f "json=$result")
[ "${SUMMARY:-}" != true ] || formats+=(-f "markdown=$summary")
[ -z "${HTML:-}" ] || formats+=(-f "html=${HTML%/}/")

pushlog analyze "${formats[@]}" --exit-class -- "${logs[@]}"
class=$?
case $class in
  0 | 3 | 4 | 1[0-9]) ;;
  # The call, a file that can't be read, or Ctrl-C: nothing was analyzed, and pushlog said why.
  *) exit "$class" ;;
esac
[ "$class" -ne 3 ] || echo "::warning::pushlog: no push was found in ${logs[*]}"

retry=false
[ "$class" -ne 10 ] || retry=true
{
  echo "exit-class=$class"
  echo "retry=$retry"
  echo "result=$result"
} >>"$GITHUB_OUTPUT"
if [ "${SUMMARY:-}" = true ] && [ -f "$summary" ]; then
  cat "$summary" >>"$GITHUB_STEP_SUMMARY"
fi
